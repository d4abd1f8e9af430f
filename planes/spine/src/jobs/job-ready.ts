import type { Log } from '@etis/contracts/log';
import type { Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { createHints } from '../record/hints.ts';

/** NOTIFY channel that says: there are jobs to lease. */
const jobChannel = 'etis_spine_job';
/** Somebody may be waiting for what a job does, so its hint goes out sooner than others. */
const spacingMs = 5;

/** Who waits for jobs, and the ways to wake them: in process at once, from other processes by a hint, and by the clock for what comes due. */
export interface JobReady extends Service {
  /** Something was enqueued or came back here. */
  announce(): void;
  subscribe(callback: () => void): () => void;
}

export function createJobReady(options: { db: SystemDb; log: Log; pollMs: number }): JobReady {
  const { db, log, pollMs } = options;
  const callbacks = new Set<() => void>();
  const hints = createHints({ db, log, channel: jobChannel, onHint: wakeAll, spacingMs });
  let timer: NodeJS.Timeout | undefined;

  function wakeAll(): void {
    for (const callback of [...callbacks]) {
      try {
        callback();
      } catch (error) {
        log.error({ err: error }, 'who waits for jobs threw when it was woken');
      }
    }
  }

  return {
    name: 'spine jobs',
    announce() {
      wakeAll();
      hints.send();
    },
    subscribe(callback) {
      // A function of its own, so that subscribing one callback twice makes two subscriptions.
      const own = () => callback();
      callbacks.add(own);
      return () => void callbacks.delete(own);
    },
    async start() {
      timer ??= setInterval(wakeAll, pollMs);
      await hints.start();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await hints.stop();
    },
  };
}
