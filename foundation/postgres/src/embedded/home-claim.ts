import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { EtisError, errorText } from '@etis/kernel';
import pg from 'pg';
import { clientConfig } from '../connection.ts';
import { errors } from '../errors.ts';
import { isConnectionLoss } from '../failure.ts';
import { sqlState } from '../sql-state.ts';
import { adminUser, passwordFile } from './data-folder.ts';
import type { Place } from './place.ts';
import { sentence } from './server-log.ts';
import type { Listening } from './server-process.ts';

/** Any fixed number: whoever holds this advisory lock is the platform of this data folder. */
const claimKey = 4_815_162_342;
/** While the server recovers from a crash, which takes minutes at worst, it says so; nobody answering at all is soon taken for an answer. */
const startingTries = 1_200;
const refusedTries = 10;
const tryEveryMs = 100;
const endWithinMs = 1_000;

/** A session whose advisory lock says that this process is the platform here. The lock ends with the process, however it ends. */
export interface HomeClaim {
  /** Resolves to false once the server does not answer within two seconds, or the session is gone. */
  alive(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Null where nobody listens there: what is said to run was another process.
 * @throws POSTGRES_HOME_IN_USE, POSTGRES_PASSWORD_LOST, POSTGRES_START_FAILED where it does not take the login in time
 */
export async function claimHome(options: { listening: Listening; password: string; place: Place }): Promise<HomeClaim | null> {
  const { data, log } = options.place;
  try {
    const client = await logIn({ ...options, data });
    return client === null ? null : await claimWith(client, data);
  } catch (error) {
    if (error instanceof EtisError) throw error;
    throw errors.START_FAILED.because({ cause: error }, sentence(errorText(error)), log);
  }
}

async function claimWith(client: pg.Client, data: string): Promise<HomeClaim | null> {
  let lost = false;
  client.on('error', () => {
    lost = true;
  });
  client.on('end', () => {
    lost = true;
  });
  try {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [claimKey]);
    if (rows[0]?.mine !== true) throw errors.HOME_IN_USE(data);
  } catch (error) {
    await endSession(client);
    // It ended between the login and the question.
    if (!(error instanceof EtisError) && isConnectionLoss(error)) return null;
    throw error;
  }
  return {
    async alive() {
      if (lost) return false;
      const timer = Promise.withResolvers<boolean>();
      const timeout = setTimeout(() => timer.resolve(false), 2_000);
      try {
        return await Promise.race([
          client.query('select 1').then(
            () => true,
            () => false,
          ),
          timer.promise,
        ]);
      } finally {
        clearTimeout(timeout);
      }
    },
    async release() {
      await endSession(client);
    },
  };
}

/** Logs in, waiting while the server starts up or recovers; null where nobody listens. */
async function logIn({ listening, password, data }: { listening: Listening; password: string; data: string }): Promise<pg.Client | null> {
  for (let tries = 1; ; tries += 1) {
    const client = new pg.Client({
      ...clientConfig({
        host: listening.host,
        port: listening.port,
        tls: 'off',
        database: 'postgres',
        role: adminUser,
        password,
        applicationName: 'etis claim',
        settings: { search_path: 'pg_catalog' },
      }),
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await endSession(client);
      if (sqlState(error) === '28P01') throw errors.PASSWORD_LOST.because({ cause: error }, join(data, passwordFile));
      const starting = sqlState(error)?.startsWith('57P') ?? false;
      // Refused, or taken by a server that was killed a moment ago. One that lets us wait is there, and no other may be started beside it.
      const refused = sqlState(error) === undefined && isConnectionLoss(error);
      if (refused && tries >= refusedTries) return null;
      if ((!refused && !starting) || tries >= startingTries) throw error;
      await wait(tryEveryMs);
    }
  }
}

/** A server that hangs does not close its end; after a second the connection is dropped. */
async function endSession(client: pg.Client): Promise<void> {
  const drop = setTimeout(() => client.connection.stream.destroy(), endWithinMs);
  await client.end().catch(() => undefined);
  clearTimeout(drop);
}
