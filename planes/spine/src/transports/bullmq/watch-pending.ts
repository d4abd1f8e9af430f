import type { Log } from '@etis/contracts/log';
import { errors } from '../../errors.ts';
import type { Pending } from './sender.ts';

const everyMs = 1_000;
/** Younger batches are not asked about. */
const quietMs = 2_000;

/**
 * Finds the batches of which no reply will come. One that Redis does not know any more, on two looks, was lost with Redis or with its host: what came of
 * it is unknown. One that nobody took is withdrawn, and is known to have had no effect. Returns what ends it.
 */
export function watchPending(options: {
  log: Log;
  untakenMs: number;
  pending: () => Iterable<Pending>;
  exists: (one: Pending) => Promise<boolean>;
  withdraw: (one: Pending) => Promise<boolean>;
  reject: (id: string, error: unknown) => void;
}): () => void {
  const { log, untakenMs, pending, exists, withdraw, reject } = options;
  let missing = new Set<string>();
  let looking = false;

  async function look(): Promise<void> {
    const now = performance.now();
    const old = [...pending()].filter(({ since }) => now - since > quietMs);
    const gone = new Set<string>();
    for (const one of old) {
      if (now - one.since > untakenMs && (await withdraw(one))) reject(one.id, errors.TRANSPORT_UNTAKEN(one.batch.cluster));
      else if (!(await exists(one))) gone.add(one.id);
    }
    for (const id of gone) if (missing.has(id)) reject(id, errors.TRANSPORT_LOST());
    missing = gone;
  }

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => log.debug({ err: error }, 'Redis cannot say what it has of the batches on their way'))
      .finally(() => {
        looking = false;
      });
  }, everyMs).unref();
  return () => clearInterval(timer);
}
