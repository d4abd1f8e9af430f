import type { ClientConfig } from 'pg';
import { types } from 'pg';
import type { DatabaseAccess } from './domain.ts';

interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls: DatabaseAccess['tls'];
  readonly database: string;
  readonly role: string;
  readonly password: string;
  readonly applicationName: string;
  /** Session settings, sent with the login. */
  readonly settings: Readonly<Record<string, string>>;
}

const int8 = types.builtins.INT8;
const date = types.builtins.DATE;

/**
 * bigint stays text whatever anyone set in pg's global defaults; a date stays text too, since as a `Date` it would move by the machine's time zone.
 */
const typeParsers: NonNullable<ClientConfig['types']> = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === int8 || oid === date) return (text: string) => text;
    return types.getTypeParser(oid, format as 'text');
  },
};

/** Everything is explicit, so that PG* variables in the environment change nothing. */
export function clientConfig(target: Target): ClientConfig {
  return {
    host: target.host,
    port: target.port,
    ssl: target.tls === 'off' ? false : { rejectUnauthorized: target.tls === 'verify-full' },
    database: target.database,
    user: target.role,
    password: target.password,
    application_name: target.applicationName,
    options: Object.entries(target.settings)
      .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\\s]/g, (found) => `\\${found}`)}`)
      .join(' '),
    client_encoding: 'UTF8',
    keepAlive: true,
    types: typeParsers,
  };
}
