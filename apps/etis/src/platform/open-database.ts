import type { Log } from '@etis/contracts/log';
import type { Config } from '@etis/kernel';
import { type AdminAccess, type DatabaseAccess, type Domain, prepare } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type Home, readPrivateJson, writePrivate } from './home.ts';

/**
 * The way into the databases of `domains` that `etis db prepare`, or the process with the embedded server, left in this home. Only what they need
 * has to be there: a process on another machine gets no more than its roles use. @throws ETIS_DATABASE_NOT_PREPARED
 */
export async function preparedAccess(home: Home, domains: readonly Domain[]): Promise<DatabaseAccess> {
  const access = await readPrivateJson<DatabaseAccess>(home.databaseAccess);
  for (const domain of domains) {
    const reachable =
      access !== null &&
      Object.hasOwn(access.databases, domain.name) &&
      Object.values(domain.roles).every((role) => Object.hasOwn(access.passwords, role));
    if (!reachable) throw errors.DATABASE_NOT_PREPARED(home.databaseAccess, domain.name);
  }
  if (access === null) throw errors.DATABASE_NOT_PREPARED(home.databaseAccess, 'anything');
  return access;
}

/** The part of an access that `domains` need: what another machine has to be given, and no more. */
export function reducedAccess(access: DatabaseAccess, domains: readonly Domain[]): DatabaseAccess {
  const names = domains.map(({ name }) => name);
  const roles = domains.flatMap((domain) => Object.values(domain.roles));
  const only = (all: Readonly<Record<string, string>>, keys: readonly string[]) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)));
  return { ...access, databases: only(access.databases, names), passwords: only(access.passwords, roles) };
}

/** Splits a server into roles, databases and schemas, and keeps the roles' passwords in the home. Safe to repeat. */
export async function prepareDatabase(options: {
  admin: AdminAccess;
  layout: Config['databases'];
  home: Home;
  domains: readonly Domain[];
  log: Log;
}): Promise<DatabaseAccess> {
  const { admin, layout, home, domains, log } = options;
  const existing = await readPrivateJson<DatabaseAccess>(home.databaseAccess);
  const access = await prepare({ admin, domains, layout, log, ...(existing === null ? {} : { existing }) });
  const text = JSON.stringify(access, null, 2);
  if (existing === null || JSON.stringify(existing, null, 2) !== text) await writePrivate(home.databaseAccess, text);
  return access;
}
