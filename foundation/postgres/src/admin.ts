import pg from 'pg';
import { clientConfig } from './connection.ts';
import { errors } from './errors.ts';
import { translate } from './failure.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** A user that may create roles and databases, and a database to log in to. Used to prepare; nothing at run time needs it. */
export interface AdminAccess {
  /** A host name, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Default 'off'. */
  readonly tls?: 'off' | 'require' | 'verify-full';
}

/** A session of the administrator's. Statements run one at a time, in the order of the calls. */
export interface AdminSession {
  /** Text without values may hold several statements; the rows are the last one's. */
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Logs in as the administrator. @throws POSTGRES_UNAVAILABLE, POSTGRES_LOGIN_REFUSED */
export async function openAdmin(admin: AdminAccess, options: { schema?: string } = {}): Promise<AdminSession> {
  const login = { role: admin.user, database: admin.database };
  const client = new pg.Client({
    ...clientConfig({
      host: admin.host,
      port: admin.port,
      tls: admin.tls ?? 'off',
      database: admin.database,
      role: admin.user,
      password: admin.password,
      applicationName: 'etis admin',
      settings: { search_path: options.schema ?? 'pg_catalog', client_min_messages: 'error' },
    }),
    connectionTimeoutMillis: 5_000,
  });
  // A connection that breaks while idle shows itself on the next query; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw translate(error, login);
  }
  const inTurn = oneAtATime();
  let closing: Promise<void> | undefined;
  return {
    async query<Row extends object>(text: string, values?: readonly unknown[]) {
      try {
        const result: unknown = await inTurn(() => client.query(text, values as unknown[] | undefined));
        const last = Array.isArray(result) ? result.at(-1) : result;
        return (last as pg.QueryResult).rows as Row[];
      } catch (error) {
        throw translate(error, login);
      }
    },
    close() {
      closing ??= client.end();
      return closing;
    },
  };
}

/**
 * Reads `postgres://user:password@host:port/database`; `?sslmode=` takes disable, require and verify-full (`?host=/folder` names a Unix socket).
 * Port 5432 and database `postgres` where left out. The password is never part of an error. @throws POSTGRES_URL_INVALID
 */
export function adminAccessFromUrl(text: string): AdminAccess {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw errors.URL_INVALID('it is not a URL');
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw errors.URL_INVALID('it does not start with postgres://');
  const host = url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw errors.URL_INVALID('it names no host');
  if (url.username === '') throw errors.URL_INVALID('it names no user');
  return {
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    user: decode(url.username),
    password: decode(url.password),
    database: decode(url.pathname.slice(1)) || 'postgres',
    tls: tlsOf(url.searchParams.get('sslmode')),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw errors.URL_INVALID.because({ cause }, 'a "%" in it is not followed by two hex digits');
  }
}

function tlsOf(mode: string | null): 'off' | 'require' | 'verify-full' {
  switch (mode) {
    case null:
    case 'disable':
      return 'off';
    case 'require':
    case 'verify-full':
      return mode;
    default:
      throw errors.URL_INVALID('its sslmode is none of disable, require, verify-full');
  }
}
