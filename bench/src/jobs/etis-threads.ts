import type { Jobs } from '@etis/contracts/jobs';
import { silentLog } from '@etis/kernel';
import type { DatabaseAccess } from '@etis/postgres';
import { createWorkers } from '@etis/workers';
import { type Contender, concurrency, countdown } from './contender.ts';
import { benchJob, enqueueAll } from './etis.ts';

/** The worker runtime whole: each job in a thread of its own, its end on disk before the thread takes the next one. */
export function etisThreads(given: { jobs: Jobs; enqueuer: Jobs; access: DatabaseAccess; stop: () => Promise<void> }): Contender {
  const { jobs, enqueuer, access } = given;

  function workers(onEnd: (result: unknown) => void) {
    return createWorkers({
      jobs: {
        ...jobs,
        async complete(claim, result) {
          const kept = await jobs.complete(claim, result);
          onEnd(result);
          return kept;
        },
      },
      access,
      settings: { mail: null, whatsapp: null, documents: null, http: null },
      log: silentLog,
      options: { kinds: [new URL('./noop-kind.ts', import.meta.url)], threads: concurrency, leaseMs: 30_000, logLevel: 'silent' },
    });
  }

  return {
    name: 'etis in threads',
    enqueue: (count, batch) => enqueueAll(enqueuer, { count, batch }),
    async drain(count) {
      const { reached, tick } = countdown(count);
      const service = workers(tick);
      await service.start();
      await reached;
      await service.stop();
    },
    async pickUp() {
      const waiting = new Map<string, (startedAt: number) => void>();
      const service = workers((result) => {
        const { job, startedAt } = result as { job: string; startedAt: number };
        waiting.get(job)?.(startedAt);
      });
      await service.start();
      return {
        async once() {
          const { promise, resolve } = Promise.withResolvers<number>();
          const job = benchJob(0);
          waiting.set(job.id, resolve);
          const start = performance.timeOrigin + performance.now();
          await enqueuer.enqueue([job]);
          return (await promise) - start;
        },
        stop: () => service.stop(),
      };
    },
    close: given.stop,
  };
}
