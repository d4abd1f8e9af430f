import { openAdmin } from '@etis/postgres';
import { median } from '../report.ts';
import { opened } from './contender.ts';
import { etisPublishing, openEtis } from './etis.ts';
import { latencyOf, pacedTimes } from './paced.ts';
import { ms, type Part, shown } from './part.ts';
import { run } from './run.ts';

const lanes = 16;

/** A stranger holds a transaction open, with an id and a snapshot of its own, from before the run until after it: what the spine makes of that. */
export const foreignTransaction: Part = async ({ stand, quick, print }) => {
  const found = { without: { rates: [] as number[], times: [] as number[] }, with: { rates: [] as number[], times: [] as number[] } };
  for (let round = 1; round <= (quick ? 1 : 2); round += 1) {
    for (const held of [false, true]) {
      const { rates, times } = held ? found.with : found.without;
      await opened(
        () => openEtis(stand, { lanes }),
        async (contender) => {
          const stranger = await openAdmin(stand.admin(contender.database));
          if (held) await stranger.query('begin isolation level repeatable read; select pg_current_xact_id()');
          await run(stand, contender, { count: 2_000, lanes, publishing: etisPublishing });
          rates.push((await run(stand, contender, { count: quick ? 4_000 : 15_000, lanes, publishing: etisPublishing })).perSecond);
          times.push(...(await pacedTimes(contender, { perSecond: 1_000, seconds: quick ? 1 : 3, lanes })));
          await stranger.close();
        },
      );
    }
  }
  const results = Object.entries(found).map(([name, { rates, times }]) => {
    const latency = latencyOf(times);
    print(`${name.padEnd(8)} ${shown(median(rates))} events/s   p50 ${ms(latency.p50)} ms   p99 ${ms(latency.p99)} ms`);
    return [name, { eventsPerSecond: Math.round(median(rates)), milliseconds: latency }] as const;
  });
  return { targets: [], results: Object.fromEntries(results) };
};
