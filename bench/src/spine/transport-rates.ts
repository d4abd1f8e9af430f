import { etisRate } from './etis-rate.ts';
import { transports } from './etis-transports.ts';
import { type Part, shown } from './part.ts';

/** The headline's spine on each transport. */
export const transportRates: Part = async ({ stand, quick, print }) => {
  const results: Record<string, number> = {};
  for (const [name, transport] of Object.entries(transports)) {
    const { perSecond } = await etisRate(stand, { lanes: 16, transport, count: quick ? 5_000 : 20_000 });
    results[name] = Math.round(perSecond);
    print(`${name.padEnd(16)} ${shown(perSecond)} events/s`);
  }
  return { targets: [], results: { eventsPerSecond: results } };
};
