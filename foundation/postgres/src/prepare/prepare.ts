import { createHash } from 'node:crypto';
import type { Log } from '@etis/contracts/log';
import pg from 'pg';
import { type AdminAccess, type AdminSession, openAdmin } from '../admin.ts';
import { type DatabaseAccess, type Domain, roles } from '../domain.ts';
import { errors } from '../errors.ts';
import { sqlState } from '../sql-state.ts';
import { checkDomains } from './domain-check.ts';
import { type DomainPlan, planDomain, readScripts, setUpDomain } from './domain-setup.ts';
import { readMigrations } from './migration-files.ts';
import { loginRoles, setUpRoles } from './role-setup.ts';

/** The domain that people's accounts live beside; the authentication role gets a schema of its own in its database, and nothing else. */
const authDomain = 'control';
/** Any fixed number: one prepare at a time per server. */
const lockKey = 7_233_110_451;
const parallelDatabases = 6;

/**
 * Makes roles, databases, schemas, tables and grants what the domains say, and returns how to log in. Safe to repeat and to run concurrently;
 * a repetition that finds nothing to do only compares digests, so every start of the platform calls it.
 *
 * `layout` 'one' puts all domains in one database (`databasePrefix`, 'etis' by default, or the one that the administrator's access names when it
 * is not `postgres`), 'each' in `<databasePrefix>_<domain>`. Passwords in `existing` are kept; without it all are set anew, and whoever has the
 * old ones is locked out.
 * @throws POSTGRES_ADMIN_REFUSED, POSTGRES_DOMAIN_INVALID, POSTGRES_SCHEMA_TAKEN, POSTGRES_LAYOUT_CHANGED, POSTGRES_PREPARE_BUSY, those of migrations
 * and classes, POSTGRES_UNAVAILABLE, POSTGRES_LOGIN_REFUSED
 */
export async function prepare(options: {
  admin: AdminAccess;
  domains: readonly Domain[];
  layout: 'one' | 'each';
  databasePrefix?: string;
  existing?: DatabaseAccess;
  log: Log;
}): Promise<DatabaseAccess> {
  const { admin, domains, existing, log } = options;
  checkDomains(domains, admin.user);
  const databases = databasesFor(options);
  if (existing !== undefined) checkLayout(existing, admin, databases);

  const [plans, session] = await Promise.all([readPlans(domains), openAdmin(admin)]);
  try {
    await lock(session);
    const { passwords, created } = await setUpRoles(session, { logins: loginRoles(domains), known: existing?.passwords ?? {} });
    const groups = [...Map.groupBy(plans, (plan) => databases[plan.domain.name] ?? '')];
    const present = await existingDatabases(session, Object.values(databases));
    await inParallel(groups, async ([database, group]) => {
      if (!present.has(database)) await createDatabase(admin, database);
      await setUpDatabase({ admin: { ...admin, database }, plans: group, force: created.length > 0, log });
    });
    return {
      host: admin.host,
      port: admin.port,
      tls: admin.tls ?? 'off',
      databases: { ...existing?.databases, ...databases },
      passwords: { ...existing?.passwords, ...passwords },
    };
  } catch (error) {
    if (sqlState(error) === '42501') throw errors.ADMIN_REFUSED.because({ cause: error }, admin.user, rootMessage(error));
    throw error;
  } finally {
    // Ends the lock too.
    await session.close();
  }
}

/** A digest of everything that `prepare` would bring the domains to: equal exactly where preparing one and the other makes the same. */
export async function preparedState(domains: readonly Domain[]): Promise<string> {
  const plans = await readPlans(domains);
  return createHash('sha256')
    .update(plans.map((plan) => plan.state).join())
    .digest('hex');
}

function databasesFor(options: { admin: AdminAccess; domains: readonly Domain[]; layout: 'one' | 'each'; databasePrefix?: string }) {
  const prefix = options.databasePrefix ?? 'etis';
  const shared = options.admin.database === 'postgres' ? prefix : options.admin.database;
  return Object.fromEntries(options.domains.map(({ name }) => [name, options.layout === 'one' ? shared : `${prefix}_${name}`]));
}

/** Beginning anew in an empty database beside the full one would look like the loss of everything. */
function checkLayout(existing: DatabaseAccess, admin: AdminAccess, databases: Readonly<Record<string, string>>): void {
  if (existing.host !== admin.host || existing.port !== admin.port) return;
  for (const [domain, after] of Object.entries(databases)) {
    const before = existing.databases[domain];
    if (before !== undefined && before !== after) throw errors.LAYOUT_CHANGED(domain, before, after);
  }
}

async function readPlans(domains: readonly Domain[]): Promise<readonly DomainPlan[]> {
  const scripts = await readScripts();
  return Promise.all(domains.map(async (domain) => planDomain(domain, await readMigrations(domain), scripts)));
}

async function lock(session: AdminSession): Promise<void> {
  try {
    await session.query(`set lock_timeout = '60s'; select pg_advisory_lock(${lockKey})`);
  } catch (error) {
    if (sqlState(error) === '55P03') throw errors.PREPARE_BUSY.because({ cause: error });
    throw error;
  }
}

async function existingDatabases(session: AdminSession, names: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ datname: string }>('select datname from pg_database where datname = any($1)', [names]);
  return new Set(rows.map((row) => row.datname));
}

/** On a session of its own, because copying the template takes a good part of a second and PostgreSQL copies several at once. */
async function createDatabase(admin: AdminAccess, name: string): Promise<void> {
  const session = await openAdmin(admin);
  try {
    await session.query(`create database ${pg.escapeIdentifier(name)} owner ${roles.owner} template template0 encoding 'UTF8'`);
  } finally {
    await session.close();
  }
}

interface SchemaRow {
  readonly nspname: string;
  readonly owned: boolean;
  readonly state: string | null;
}

async function setUpDatabase(options: { admin: AdminAccess; plans: readonly DomainPlan[]; force: boolean; log: Log }): Promise<void> {
  const { admin, plans, log } = options;
  const session = await openAdmin(admin);
  try {
    const rows = await session.query<SchemaRow>(
      `select nspname, pg_get_userbyid(nspowner) = $2 as owned, obj_description(oid, 'pg_namespace') as state
       from pg_namespace where nspname = any($1)`,
      [plans.map((plan) => plan.domain.name), roles.owner],
    );
    const taken = rows.find((row) => !row.owned);
    if (taken !== undefined) throw errors.SCHEMA_TAKEN(taken.nspname, admin.database);
    const states = new Map(rows.map((row) => [row.nspname, row.state]));
    const behind = plans.filter((plan) => options.force || states.get(plan.domain.name) !== plan.state);
    if (behind.length === 0) return;

    // What is lost in a crash is done again by the next prepare, and whatever is committed later is flushed after it: no need to wait for the disk.
    await session.query('set synchronous_commit = off');
    await closeToStrangers(session, admin.database, plans);
    for (const plan of behind) await setUpDomain(session, plan, log);
  } finally {
    await session.close();
  }
}

/** Only the roles of the domains that live in a database, and the audit role, may connect to it, and nobody makes anything in `public`. */
async function closeToStrangers(session: AdminSession, database: string, plans: readonly DomainPlan[]): Promise<void> {
  const name = pg.escapeIdentifier(database);
  const guests = new Set<string>([roles.audit, ...plans.flatMap((plan) => Object.values(plan.domain.roles))]);
  const statements = [`revoke all on database ${name} from public`, 'revoke create on schema public from public'];
  if (plans.some((plan) => plan.domain.name === authDomain)) {
    guests.add(roles.auth);
    statements.push(
      `create schema if not exists auth authorization ${roles.owner}`,
      `grant usage on schema auth to ${roles.auth}`,
      `alter default privileges for role ${roles.owner} in schema auth grant select, insert, update, delete on tables to ${roles.auth}`,
    );
  }
  for (const guest of guests) statements.push(`grant connect on database ${name} to ${pg.escapeIdentifier(guest)}`);
  await session.query(statements.join('; '));
}

/** All items, a few at a time. Where one fails the others that run are awaited, so that nothing goes on behind the caller's back. */
async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const outcomes = await Promise.allSettled(
    Array.from({ length: parallelDatabases }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function rootMessage(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
