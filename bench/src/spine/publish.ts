import type { Candidate, Contender } from './contender.ts';
import { type Message, message } from './message.ts';

/** Publishes `count` messages, in batches, several at a time, as fast as they are kept. */
export async function publishAll(
  contender: Contender,
  given: { from: number; count: number; lanes: number } & Candidate['publishing'],
): Promise<void> {
  const end = given.from + given.count;
  let next = given.from;

  async function publisher(): Promise<void> {
    while (next < end) {
      const batch: Message[] = [];
      for (; next < end && batch.length < given.batch; next += 1) batch.push(message(next, given.lanes));
      await contender.publish(batch);
    }
  }

  await Promise.all(Array.from({ length: given.atOnce }, publisher));
}
