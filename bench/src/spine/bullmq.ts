import type { RedisServer } from '@etis/testing';
import { Queue, Worker } from 'bullmq';
import type { Contender } from './contender.ts';
import { read } from './message.ts';

export interface BullmqSettings {
  readonly workers: number;
  readonly concurrency: number;
  readonly autoPipelining: boolean;
}

/**
 * BullMQ with jobs added in bulk and removed once they ended, which is the least that Redis has to do for them. Several workers in the process
 * have a connection each. It keeps no order within a tenant.
 */
export async function openBullmq(redis: RedisServer, settings: BullmqSettings): Promise<Contender> {
  const name = `bench-${Math.random().toString(36).slice(2)}`;
  const connection = {
    host: '127.0.0.1',
    port: redis.port,
    maxRetriesPerRequest: null,
    enableAutoPipelining: settings.autoPipelining,
  };
  const queue = new Queue(name, { connection, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } });
  queue.on('error', () => {});
  await queue.waitUntilReady();

  return {
    async publish(messages) {
      await queue.addBulk(messages.map((data) => ({ name: 'bench', data })));
    },
    async consume(onMessage) {
      const workers = Array.from({ length: settings.workers }, () => {
        const worker = new Worker(name, async (job) => onMessage(read(job.data)), { connection, concurrency: settings.concurrency });
        worker.on('error', () => {});
        return worker;
      });
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
      return async () => {
        await Promise.all(workers.map((worker) => worker.close()));
      };
    },
    async isSettled() {
      const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'prioritized');
      return Object.values(counts).every((count) => count === 0);
    },
    async close() {
      await queue.obliterate({ force: true });
      await queue.close();
    },
  };
}
