import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import type { AdminSession } from '../admin.ts';
import { type Domain, roles } from '../domain.ts';

interface RoleRow {
  readonly rolname: string;
  readonly powerful: boolean;
  readonly rolcanlogin: boolean;
  readonly mark: string | null;
}

/** The roles that log in: those of every server, and those that the domains name. */
export function loginRoles(domains: readonly Domain[]): readonly string[] {
  const always = [roles.app, roles.spine, roles.auth, roles.platform, roles.audit];
  return [...new Set([...always, ...domains.flatMap((domain) => Object.values(domain.roles))])].sort();
}

/**
 * Makes the owner (who never logs in) and the login roles, none of them with any power of its own. A password in `known` is kept, any other is set
 * anew. What is already so is left alone. `created` names the roles that did not exist.
 */
export async function setUpRoles(
  session: AdminSession,
  options: { logins: readonly string[]; known: Readonly<Record<string, string>> },
): Promise<{ passwords: Readonly<Record<string, string>>; created: readonly string[] }> {
  const found = await session.query<RoleRow>(
    `select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as powerful, rolcanlogin,
            shobj_description(oid, 'pg_authid') as mark
     from pg_roles where rolname = any($1)`,
    [[roles.owner, ...options.logins]],
  );
  const rows = new Map(found.map((row) => [row.rolname, row]));
  const passwords: Record<string, string> = {};
  const statements: string[] = [];

  const owner = rows.get(roles.owner);
  if (owner === undefined) statements.push(`create role ${roles.owner} nologin`);
  else if (owner.powerful || owner.rolcanlogin) statements.push(`alter role ${roles.owner} nologin ${powerless}`);

  for (const role of options.logins) {
    const password = options.known[role] ?? randomBytes(32).toString('base64url');
    passwords[role] = password;
    const row = rows.get(role);
    const mark = passwordMark(password);
    const name = pg.escapeIdentifier(role);
    if (row?.powerful) statements.push(`alter role ${name} ${powerless}`);
    if (row?.mark === mark && row.rolcanlogin) continue;
    const verb = row === undefined ? 'create' : 'alter';
    statements.push(`${verb} role ${name} login password ${pg.escapeLiteral(scramVerifier(password))}`);
    statements.push(`comment on role ${name} is ${pg.escapeLiteral(mark)}`);
  }
  if (statements.length > 0) await session.query(`begin; ${statements.join('; ')}; ${ownerMembership}; commit`);
  return { passwords, created: [roles.owner, ...options.logins].filter((role) => !rows.has(role)) };
}

const powerless = 'nosuperuser nobypassrls nocreaterole nocreatedb noreplication';

/** An administrator who is no superuser (a managed server's) has to belong to the owner in order to act for it. */
const ownerMembership = `
do $membership$ begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant ${roles.owner} to %I', current_user);
  end if;
end $membership$`;

/** Tells whether the server has this password, without being of use to find it: the passwords are 256 random bits. */
function passwordMark(password: string): string {
  return `etis login ${createHash('sha256').update(password).digest('hex')}`;
}

/** RFC 5803, as PostgreSQL keeps it: the password itself never travels and is in no log of the server's. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
