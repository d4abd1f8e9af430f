import { setTimeout as delay } from 'node:timers/promises';
import { countdown } from '../jobs/contender.ts';
import { opened } from './contender.ts';
import { etisPublishing, openEtis } from './etis.ts';
import { ms, type Part, shown } from './part.ts';
import { pausing } from './pausing.ts';
import { publishAll } from './publish.ts';

/** One lane that was paused while it filled up: how soon its first entry is handled after the resume, and how fast it drains. */
export const backlog: Part = async ({ stand, backlog: count, print }) => {
  const directives = pausing();
  return opened(
    () => openEtis(stand, { lanes: 1, directives }),
    async (contender) => {
      const { reached, tick } = countdown(count);
      let firstAt = 0;
      const stop = await contender.consume(() => {
        if (firstAt === 0) firstAt = performance.now();
        tick();
      });
      const filling = performance.now();
      await publishAll(contender, { count, lanes: 1, ...etisPublishing });
      while ((await contender.queues.inbox()).some(({ depth }) => depth > 0)) await delay(50);
      const filledPerSecond = (count * 1_000) / (performance.now() - filling);
      if (firstAt !== 0) throw new Error('an entry came through the pause');
      const resumedAt = performance.now();
      directives.resume();
      await reached;
      const drainedPerSecond = (count * 1_000) / (performance.now() - resumedAt);
      await stop();
      const firstMs = firstAt - resumedAt;
      print(
        `${count} entries in one lane: filled ${shown(filledPerSecond)}/s, first after ${ms(firstMs)} ms, drained ${shown(drainedPerSecond)}/s`,
      );
      return {
        targets: [],
        results: {
          entries: count,
          filledPerSecond: Math.round(filledPerSecond),
          firstMilliseconds: Number(firstMs.toFixed(1)),
          drainedPerSecond: Math.round(drainedPerSecond),
        },
      };
    },
  );
};
