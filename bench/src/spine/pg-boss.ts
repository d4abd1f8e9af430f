import pg from 'pg';
import { PgBoss } from 'pg-boss';
import type { Contender } from './contender.ts';
import { type Message, read } from './message.ts';
import type { Stand } from './stand.ts';

export interface PgBossSettings {
  readonly batchSize: number;
  readonly localConcurrency: number;
}

const queue = 'bench';

/**
 * pg-boss with what it has for throughput: jobs inserted in bulk into a queue with a table of its own (`partition`), fetched and completed in
 * batches, fetched again at once while batches come back full, and workers woken by NOTIFY rather than by their poll. With more than one worker it
 * keeps no order within a tenant.
 */
export async function openPgBoss(stand: Stand, settings: PgBossSettings): Promise<Contender> {
  const access = await stand.database();
  const boss = new PgBoss({ ...access, max: 25, useListenNotify: true, schedule: false });
  boss.on('error', () => {});
  await boss.start();
  await boss.createQueue(queue, { partition: true, notify: true });
  const watcher = new pg.Pool({ ...access, max: 1 });
  watcher.on('error', () => {});

  return {
    async publish(messages) {
      await boss.insert(
        queue,
        messages.map((data) => ({ data })),
      );
    },
    async consume(onMessage) {
      await boss.work<Message>(
        queue,
        { ...settings, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5 },
        async (jobs) => {
          for (const job of jobs) onMessage(read(job.data));
        },
      );
      return () => boss.offWork(queue, { wait: true });
    },
    async isSettled() {
      const { rows } = await watcher.query<{ left: boolean }>("select exists (select from pgboss.job where state < 'completed') as left");
      return rows[0]?.left === false;
    },
    async close() {
      await boss.stop({ graceful: false, close: true });
      await watcher.end();
      await stand.drop(access.database);
    },
  };
}
