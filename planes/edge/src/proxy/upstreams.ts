import type { Log } from '@etis/contracts/log';
import { createLoop, type Service } from '@etis/kernel';

/** The processes that a request can be forwarded to. */
export interface Upstreams extends Service {
  /** The next one in turn among those that say that they are ready; among all where none does. */
  next(): string;
}

const everyMs = 250;
const answerWithinMs = 1_000;

/**
 * Asks each of several upstreams for `/readyz` again and again, so that one which is about to stop gets nothing more while it still answers what
 * it has. A single one is not asked: there would be no other choice.
 */
export function createUpstreams({ origins, log }: { origins: readonly string[]; log: Log }): Upstreams {
  let ready: readonly string[] = origins;
  let turn = 0;

  async function isReady(origin: string, signal: AbortSignal): Promise<boolean> {
    try {
      const answer = await fetch(`${origin}/readyz`, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]) });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      // Whatever keeps it from answering, it is not ready, and the next round asks again.
      return false;
    }
  }

  async function round(signal: AbortSignal): Promise<boolean> {
    if (origins.length < 2) return false;
    const answers = await Promise.all(origins.map((origin) => isReady(origin, signal)));
    const found = origins.filter((_, index) => answers[index]);
    if (found.join() !== ready.join()) log.info({ ready: found }, 'the platform processes that are ready have changed');
    ready = found;
    return false;
  }

  const loop = createLoop({ name: 'platform upstreams', log, idleMs: everyMs, round });
  return {
    name: loop.name,
    start: () => loop.start(),
    stop: () => loop.stop(),
    next() {
      const choice = ready.length === 0 ? origins : ready;
      turn += 1;
      const origin = choice[turn % choice.length];
      if (origin === undefined) throw new Error('there is no upstream to choose');
      return origin;
    },
  };
}
