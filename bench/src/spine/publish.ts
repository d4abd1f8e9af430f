import { setTimeout as delay } from 'node:timers/promises';
import type { Candidate, Contender } from './contender.ts';
import { type Message, message } from './message.ts';

/** Publishes `count` messages over all lanes, in batches, several at a time, as fast as they are kept. */
export async function publishAll(contender: Contender, given: { count: number; lanes: number } & Candidate['publishing']): Promise<void> {
  let next = 0;

  async function publisher(): Promise<void> {
    while (next < given.count) {
      const batch: Message[] = [];
      for (; next < given.count && batch.length < given.batch; next += 1) batch.push(message(next, next % given.lanes));
      await contender.publish(batch);
    }
  }

  await Promise.all(Array.from({ length: given.atOnce }, publisher));
}

/**
 * Publishes `count` messages at a steady rate, whatever becomes of the earlier ones: each carries the moment at which it was due, so that a delay
 * of the publisher counts as one of the contender. With `atOnce` calls under way, what is due meanwhile waits for the next call and shares it: a
 * queue whose every call commits and notifies would otherwise be measured in commits. Resolves when all of them are kept.
 */
export async function pace(
  contender: Contender,
  given: { perSecond: number; count: number; atOnce: number; laneOf: (n: number) => number },
): Promise<void> {
  const { perSecond, count, atOnce, laneOf } = given;
  const begin = performance.now();
  let next = 0;

  async function publisher(): Promise<void> {
    while (next < count) {
      const due: Message[] = [];
      const now = performance.now();
      for (; next < count; next += 1) {
        const at = begin + (next * 1_000) / perSecond;
        if (at > now) break;
        due.push(message(next, laneOf(next), at));
      }
      await (due.length > 0 ? contender.publish(due) : delay(1));
    }
  }

  await Promise.all(Array.from({ length: atOnce }, publisher));
}
