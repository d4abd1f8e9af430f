import { benchClusters } from './etis-governance.ts';
import { etisRate } from './etis-rate.ts';
import { type Part, shown } from './part.ts';

/** One event for each of many clusters: how many are published a second, and how many are handled. */
export const fanOut: Part = async ({ stand, quick, print }) => {
  const results: Record<string, unknown> = {};
  for (const [clusters, count] of [
    [1, 10_000],
    [10, 4_000],
    [50, 1_000],
  ] as const) {
    const { perSecond } = await etisRate(stand, { lanes: 16, clusters: benchClusters(clusters), count: quick ? count / 5 : count });
    results[clusters] = { eventsPerSecond: Math.round(perSecond), handledPerSecond: Math.round(perSecond * clusters) };
    print(`${shown(clusters, 6)} clusters ${shown(perSecond)} events/s ${shown(perSecond * clusters)} handled/s`);
  }
  return { targets: [], results };
};
