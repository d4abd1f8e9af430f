import { etisRate } from './etis-rate.ts';
import { type Part, shown } from './part.ts';

/** The same number of events over few lanes and over many. */
export const laneCount: Part = async ({ stand, quick, print }) => {
  const results: Record<string, number> = {};
  for (const lanes of quick ? [10, 1_000] : [10, 1_000, 10_000]) {
    const { perSecond } = await etisRate(stand, { lanes, count: quick ? 4_000 : 10_000 });
    results[lanes] = Math.round(perSecond);
    print(`${shown(lanes, 6)} lanes ${shown(perSecond)} events/s`);
  }
  return { targets: [], results: { eventsPerSecond: results } };
};
