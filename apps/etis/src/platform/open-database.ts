import type { Log } from '@etis/contracts/log';
import type { Config } from '@etis/kernel';
import { type AdminAccess, type DatabaseAccess, type Domain, type EmbeddedServer, prepare } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type Home, readPrivateJson, writePrivate } from './home.ts';

/**
 * Gives the way into every domain's database: the embedded server is prepared here, a server behind DATABASE_URL must have been prepared before.
 * @throws ETIS_DATABASE_NOT_PREPARED
 */
export async function openDatabase(options: {
  config: Config;
  server: EmbeddedServer | null;
  home: Home;
  domains: readonly Domain[];
  log: Log;
}): Promise<DatabaseAccess> {
  const { config, server, home, domains, log } = options;
  if (server !== null) return prepareDatabase({ admin: server.admin(), layout: config.databases, home, domains, log });
  const existing = await readPrivateJson<DatabaseAccess>(home.databaseAccess);
  const complete = existing !== null && domains.every((domain) => Object.hasOwn(existing.databases, domain.name));
  if (!complete) throw errors.DATABASE_NOT_PREPARED();
  return existing;
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
