import { Logger, makeWorkerUtils, run, runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { Contender } from './contender.ts';
import { read } from './message.ts';
import type { Stand } from './stand.ts';

export interface GraphileSettings {
  readonly concurrentJobs: number;
  /** Jobs that are fetched and locked ahead; -1 is without. */
  readonly localQueue: number;
  readonly batchDelay: number;
}

/**
 * graphile-worker as its documentation's page on performance sets it up: 24 jobs at a time and a connection more, a local queue of 500, ends of
 * jobs written in batches. Jobs are in no named queue, for one makes them wait for each other: it keeps no order within a tenant.
 */
export async function openGraphile(stand: Stand, settings: GraphileSettings): Promise<Contender> {
  const access = await stand.database();
  const pool = new pg.Pool({ ...access, max: 25 });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const logger = new Logger(() => () => {});
  await runMigrations({ pgPool: pool, logger });
  const utils = await makeWorkerUtils({ pgPool: pool, logger });

  return {
    async publish(messages) {
      await utils.addJobs(messages.map((payload) => ({ identifier: 'bench', payload })));
    },
    async consume(onMessage) {
      const runner = await run({
        pgPool: pool,
        logger,
        taskList: { bench: async (payload) => onMessage(read(payload)) },
        noHandleSignals: true,
        preset: {
          worker: {
            concurrentJobs: settings.concurrentJobs,
            localQueue: { size: settings.localQueue },
            completeJobBatchDelay: settings.batchDelay,
            failJobBatchDelay: settings.batchDelay,
            pollInterval: 1_000,
          },
        },
      });
      return () => runner.stop();
    },
    async isSettled() {
      const { rows } = await pool.query<{ left: boolean }>('select exists (select from graphile_worker._private_jobs) as left');
      return rows[0]?.left === false;
    },
    async close() {
      await utils.release();
      await pool.end();
      await stand.drop(access.database);
    },
  };
}
