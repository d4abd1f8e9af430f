import type { JobRequest, Jobs, LeasedJob } from '@etis/contracts/jobs';
import { uuidv7 } from '@etis/kernel';
import { type Contender, concurrency, countdown, heldAtOnce } from './contender.ts';

const benchKind = 'bench';
const leaseMs = 30_000;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

export function benchJob(n: number): JobRequest {
  const id = uuidv7();
  return { id, kind: benchKind, tenant: 'bench', cause: null, flow: id, traceparent, payload: { n } };
}

export async function enqueueAll(jobs: Jobs, counts: { count: number; batch: number }): Promise<void> {
  for (let from = 0; from < counts.count; from += counts.batch) {
    await jobs.enqueue(Array.from({ length: Math.min(counts.batch, counts.count - from) }, (_, index) => benchJob(from + index)));
  }
}

/**
 * The jobs port alone: one process leases up to `heldAtOnce` ahead, calls a handler for `concurrency` of them at a time, and does not wait for the
 * end of one job to be on disk before it begins the next, as graphile-worker with its local queue and batched completion does.
 * `enqueuer` belongs to another instance of the spine, so that picking up goes over the database's notification.
 */
export function etisInProcess(given: { jobs: Jobs; enqueuer: Jobs; stop: () => Promise<void> }): Contender {
  const { jobs, enqueuer } = given;

  async function handler(_payload: unknown): Promise<void> {}

  return {
    name: 'etis',
    enqueue: (count, batch) => enqueueAll(enqueuer, { count, batch }),
    async drain(count) {
      const held: LeasedJob[] = [];
      const ends: Promise<boolean>[] = [];
      let begun = 0;
      let fetching: Promise<void> | undefined;

      async function fetch(): Promise<void> {
        held.push(...(await jobs.lease({ kinds: [benchKind], limit: heldAtOnce, leaseMs })));
        fetching = undefined;
      }

      async function work(): Promise<void> {
        while (begun < count) {
          const job = held.shift();
          if (job === undefined) {
            fetching ??= fetch();
            await fetching;
            continue;
          }
          begun += 1;
          await handler(job.payload);
          ends.push(jobs.complete(job.claim, null));
        }
      }

      await Promise.all(Array.from({ length: concurrency }, work));
      const ended = await Promise.all(ends);
      if (!ended.every(Boolean)) throw new Error('the end of a job did not count');
    },
    async pickUp() {
      const waiting = new Map<string, () => void>();
      let leasing = false;
      let again = false;

      async function look(): Promise<void> {
        again = true;
        if (leasing) return;
        leasing = true;
        while (again) {
          again = false;
          for (const job of await jobs.lease({ kinds: [benchKind], limit: concurrency, leaseMs })) {
            waiting.get(job.id)?.();
            again = true;
            void jobs.complete(job.claim, null);
          }
        }
        leasing = false;
      }

      const forget = jobs.onReady(() => void look());
      return {
        async once() {
          const { reached, tick } = countdown(1);
          const job = benchJob(0);
          waiting.set(job.id, tick);
          const start = performance.now();
          await enqueuer.enqueue([job]);
          await reached;
          waiting.delete(job.id);
          return performance.now() - start;
        },
        async stop() {
          forget();
        },
      };
    },
    close: given.stop,
  };
}
