import { backoff } from '@etis/kernel';
import pg from 'pg';
import type { Tx } from './db.ts';
import { errors } from './errors.ts';
import { isConnectionLoss, isContention, translate } from './failure.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { RolePool } from './role-pool.ts';

const maxAttempts = 4;

/** Transaction-local settings by name. */
export interface TransactionSettings {
  readonly [name: string]: string;
}

/**
 * Runs `fn` in one transaction. A serialization failure or deadlock is tried again, at most three times, since PostgreSQL has then surely
 * rolled back. A connection lost during COMMIT leaves the outcome unknown and is never tried again here. What `fn` throws of its own passes
 * untouched.
 * @throws POSTGRES_UNAVAILABLE, POSTGRES_TIMEOUT, POSTGRES_CONTENTION, POSTGRES_COMMIT_UNKNOWN, POSTGRES_TRANSACTION_ABORTED,
 * POSTGRES_TRANSACTION_LEFT
 */
export async function runTransaction<T>(pool: RolePool, settings: TransactionSettings, fn: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(pool, settings, fn);
    } catch (error) {
      if (!isContention(error)) throw error;
      if (attempt === maxAttempts) throw error instanceof pg.DatabaseError ? errors.CONTENTION.because({ cause: error }) : error;
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt, { base: 10, cap: 100 })));
    }
  }
}

async function attemptTransaction<T>(pool: RolePool, settings: TransactionSettings, fn: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.acquire();
  const session = openSession(client, pool);
  let clean = false;
  try {
    await session.begin(settings);
    const result = await fn(session.tx);
    await session.commit();
    clean = true;
    return result;
  } catch (error) {
    clean = await session.rollback();
    throw error;
  } finally {
    // A connection whose transaction did not end for sure is closed, which rolls it back.
    client.release(!clean);
  }
}

function openSession(client: pg.PoolClient, pool: RolePool) {
  const inTurn = oneAtATime();
  let finished = false;
  let broken = false;
  /** The first statement that failed: the reason, where PostgreSQL answers COMMIT with ROLLBACK. */
  let firstFailure: unknown;

  async function send<Row extends object>(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>> {
    try {
      return await inTurn(() => client.query<Row>(text, values as unknown[] | undefined));
    } catch (error) {
      firstFailure ??= error;
      broken ||= isConnectionLoss(error);
      throw error;
    }
  }

  const tx: Tx = {
    async query<Row extends object>(text: string, values?: readonly unknown[]) {
      if (finished) throw errors.TRANSACTION_FINISHED();
      try {
        const result = await send<Row>(text, values);
        if (client.getTransactionStatus() === 'I') {
          finished = true;
          throw errors.TRANSACTION_LEFT();
        }
        return rowsOf(result);
      } catch (error) {
        throw translate(error, pool.login);
      }
    },
  };

  return {
    tx,

    /** One round trip. */
    async begin(settings: TransactionSettings): Promise<void> {
      const locals = Object.entries(settings).map(([name, value]) => setLocal(client, name, value));
      try {
        await send(['begin', ...locals].join('; '));
      } catch (error) {
        throw translate(error, pool.login);
      }
    },

    async commit(): Promise<void> {
      // `fn` may have swallowed what it was told about having ended the transaction.
      if (finished) throw errors.TRANSACTION_LEFT();
      finished = true;
      try {
        const { command } = await send('commit');
        if (command !== 'COMMIT') throw errors.TRANSACTION_ABORTED.because({ cause: firstFailure });
      } catch (error) {
        throw broken ? errors.COMMIT_UNKNOWN.because({ cause: error }) : translate(error, pool.login);
      }
    },

    /** Whether the connection is fit for use again. */
    async rollback(): Promise<boolean> {
      finished = true;
      if (broken) return false;
      try {
        await send('rollback');
        return true;
      } catch {
        // The connection is gone, and with it the transaction; the reason for rolling back is what the caller gets to see.
        return false;
      }
    },
  };
}

function setLocal(client: pg.PoolClient, name: string, value: string): string {
  return `select set_config(${client.escapeLiteral(name)}, ${client.escapeLiteral(value)}, true)`;
}

/** Text without values may hold several statements; the rows are the last one's. */
export function rowsOf<Row extends object>(result: pg.QueryResult<Row> | readonly pg.QueryResult<Row>[]): readonly Row[] {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return last?.rows ?? [];
}
