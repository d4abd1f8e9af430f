import type { RedisServer } from '@etis/testing';
import { Queue, Worker } from 'bullmq';
import { type Contender, concurrency, countdown } from './contender.ts';

const queueName = 'bench';

/** BullMQ on a Redis that has every write on disk before it answers. Its workers take one job at a time; there is nothing to batch. */
export function bullmq(redis: RedisServer): Contender {
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue(queueName, { connection });

  async function start(onJob: (data: { n: number }) => void, onEnd: () => void): Promise<Worker> {
    const worker = new Worker(queueName, async (job) => onJob(job.data as { n: number }), { connection, concurrency, autorun: false });
    worker.on('completed', onEnd);
    worker.on('error', () => {});
    void worker.run();
    await worker.waitUntilReady();
    return worker;
  }

  return {
    name: 'bullmq',
    async enqueue(count, batch) {
      for (let from = 0; from < count; from += batch) {
        await queue.addBulk(
          Array.from({ length: Math.min(batch, count - from) }, (_, index) => ({ name: 'bench', data: { n: from + index } })),
        );
      }
    },
    async drain(count) {
      const { reached, tick } = countdown(count);
      const worker = await start(() => {}, tick);
      await reached;
      await worker.close();
    },
    async pickUp() {
      const waiting = new Map<number, () => void>();
      let n = 0;
      const worker = await start(
        (data) => waiting.get(data.n)?.(),
        () => {},
      );
      return {
        async once() {
          const { reached, tick } = countdown(1);
          n += 1;
          waiting.set(n, tick);
          const begin = performance.now();
          await queue.add('bench', { n });
          await reached;
          return performance.now() - begin;
        },
        stop: () => worker.close(),
      };
    },
    close: () => queue.close(),
  };
}
