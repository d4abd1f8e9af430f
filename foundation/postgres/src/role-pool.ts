import type { Log } from '@etis/contracts/log';
import { errorText } from '@etis/kernel';
import pg from 'pg';
import { clientConfig } from './connection.ts';
import type { DatabaseAccess } from './domain.ts';
import { errors } from './errors.ts';
import { translate } from './failure.ts';

/** How long a caller waits for a connection before it is told that the database is unavailable. */
const acquireMs = 5_000;
/** How long `close` lets running transactions finish before their connections are cut. */
const closeGraceMs = 3_000;
const statementMs = 30_000;
/** The client's own limit, for a server that does not answer at all; the server's comes first. */
const silenceMs = statementMs + 5_000;

/** Who logs in where, for one domain. */
export interface Login {
  readonly domain: string;
  readonly access: DatabaseAccess;
  readonly database: string;
  readonly role: string;
  readonly password: string;
  readonly applicationName: string;
}

/** The connections of one role. Opened when first used; survives restarts of the server. */
export interface RolePool {
  readonly login: Login;
  /** @throws POSTGRES_UNAVAILABLE, POSTGRES_LOGIN_REFUSED, POSTGRES_CLOSED */
  acquire(): Promise<pg.PoolClient>;
  close(): Promise<void>;
}

export function loginConfig(login: Login): pg.ClientConfig {
  const { host, port, tls } = login.access;
  return {
    ...clientConfig({
      host,
      port,
      tls,
      database: login.database,
      role: login.role,
      password: login.password,
      applicationName: login.applicationName,
      settings: {
        search_path: login.domain,
        statement_timeout: String(statementMs),
        idle_in_transaction_session_timeout: '30000',
        lock_timeout: '10000',
      },
    }),
    connectionTimeoutMillis: acquireMs,
    query_timeout: silenceMs,
  };
}

export function createRolePool(options: { login: Login; size: number; log: Log }): RolePool {
  const { login } = options;
  const log = options.log.child({ role: login.role, database: login.database });
  const inUse = new Set<pg.PoolClient>();
  let closing: Promise<void> | undefined;

  const pool = new pg.Pool({ ...loginConfig(login), max: options.size, idleTimeoutMillis: 30_000 });
  pool.on('error', (error) => log.warn({ reason: errorText(error) }, 'an idle database connection was lost'));
  // While a client is checked out the pool does not listen to it: a connection that breaks between two queries would end the process.
  pool.on('connect', (client) => client.on('error', (error) => log.debug({ reason: errorText(error) }, 'a database connection broke')));
  pool.on('acquire', (client) => inUse.add(client));
  pool.on('release', (_error, client) => inUse.delete(client));

  async function closeAll(): Promise<void> {
    const ended = pool.end();
    const timer = setTimeout(() => {
      log.warn({ connections: inUse.size }, 'transactions did not finish in time; cutting their connections');
      for (const client of inUse) cut(client);
    }, closeGraceMs);
    try {
      await ended;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    login,
    async acquire() {
      if (closing !== undefined) throw errors.CLOSED(login.domain);
      try {
        return await pool.connect();
      } catch (error) {
        throw translate(error, login);
      }
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** Ends a connection without asking the server, which may never answer; `pg` has no public way to do so. */
export function cut(client: pg.ClientBase): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
