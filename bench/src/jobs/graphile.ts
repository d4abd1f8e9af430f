import { Logger, makeWorkerUtils, type Runner, run, runMigrations, type TaskList } from 'graphile-worker';
import pg from 'pg';
import { type Contender, concurrency, countdown, heldAtOnce } from './contender.ts';

/** graphile-worker with its local queue and batched completion on, as its documentation tells for throughput. */
export async function graphileWorker(connection: pg.PoolConfig): Promise<Contender> {
  const pool = new pg.Pool({ ...connection, max: 14 });
  pool.on('error', () => {});
  const logger = new Logger(() => () => {});
  await runMigrations({ pgPool: pool, logger });
  const utils = await makeWorkerUtils({ pgPool: pool, logger });

  function start(taskList: TaskList): Promise<Runner> {
    return run({
      pgPool: pool,
      logger,
      taskList,
      noHandleSignals: true,
      preset: {
        worker: {
          concurrentJobs: concurrency,
          localQueue: { size: heldAtOnce },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
          pollInterval: 1_000,
          useNodeTime: false,
        },
      },
    });
  }

  async function left(): Promise<boolean> {
    const { rows } = await pool.query<{ left: boolean }>('select exists (select from graphile_worker._private_jobs) as left');
    return rows[0]?.left === true;
  }

  return {
    name: 'graphile-worker',
    async enqueue(count, batch) {
      for (let from = 0; from < count; from += batch) {
        await utils.addJobs(
          Array.from({ length: Math.min(batch, count - from) }, (_, index) => ({ identifier: 'bench', payload: { n: from + index } })),
        );
      }
    },
    async drain(count) {
      const { reached, tick } = countdown(count);
      const runner = await start({ bench: async () => tick() });
      await reached;
      while (await left());
      // What its shutdown takes is not what its jobs take.
      stopping.push(runner.stop());
    },
    async pickUp() {
      const waiting = new Map<number, () => void>();
      let n = 0;
      const runner = await start({ bench: async (payload) => waiting.get((payload as { n: number }).n)?.() });
      return {
        async once() {
          const { reached, tick } = countdown(1);
          n += 1;
          waiting.set(n, tick);
          const begin = performance.now();
          await utils.addJob('bench', { n });
          await reached;
          return performance.now() - begin;
        },
        stop: () => runner.stop(),
      };
    },
    async close() {
      await Promise.all(stopping.splice(0));
      await utils.release();
      await pool.end();
    },
  };
}

const stopping: Promise<void>[] = [];
