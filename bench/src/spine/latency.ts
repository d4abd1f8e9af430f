import { openBullmq } from './bullmq.ts';
import { type Contender, opened } from './contender.ts';
import { openEtis } from './etis.ts';
import { openEtisWhole } from './etis-whole.ts';
import { openGraphile } from './graphile.ts';
import { latencyOf, pacedTimes } from './paced.ts';
import { ms, type Part } from './part.ts';
import { openPgBoss } from './pg-boss.ts';
import type { Stand } from './stand.ts';

const lanes = 16;
const perSecond = 1_000;
const graphile = 'graphile-worker';

interface Paced {
  /** Calls of `publish` under way: for each what was best for it. */
  readonly atOnce: number;
  open(): Promise<Contender>;
}

/** graphile-worker both ways: its local queue, which is for throughput, and without, where a worker fetches as soon as it is told of a job. */
function contenders(stand: Stand): Readonly<Record<string, Paced>> {
  const { redis } = stand;
  return {
    'etis spine': { atOnce: 2, open: () => openEtis(stand, { lanes }) },
    'etis whole': { atOnce: 2, open: () => openEtisWhole(stand, lanes) },
    [graphile]: { atOnce: 2, open: () => openGraphile(stand, { concurrentJobs: 24, localQueue: -1, batchDelay: 0 }) },
    [`${graphile} (local queue)`]: { atOnce: 1, open: () => openGraphile(stand, { concurrentJobs: 24, localQueue: 500, batchDelay: 0 }) },
    'pg-boss': { atOnce: 1, open: () => openPgBoss(stand, { batchSize: 500, localConcurrency: 4 }) },
    ...(redis === null
      ? {}
      : { bullmq: { atOnce: 2, open: () => openBullmq(redis, { workers: 1, concurrency: 100, autoPipelining: false }) } }),
  };
}

/** From the moment when a message is due to its handler, at a rate that everybody bears: 1,000 a second, whatever becomes of the earlier ones. */
export const latency: Part = async ({ stand, quick, names, print }) => {
  const rounds = quick ? 1 : 2;
  const seconds = quick ? 2 : 4;
  const chosen = Object.entries(contenders(stand)).filter(([name]) => names.length === 0 || names.includes(name));
  const times = new Map<string, number[]>(chosen.map(([name]) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, { atOnce, open }] of chosen) {
      const found = await opened(open, (contender) => pacedTimes(contender, { perSecond, seconds, lanes, atOnce }));
      times.get(name)?.push(...found);
    }
  }
  const results = Object.fromEntries([...times].map(([name, found]) => [name, latencyOf(found)]));
  for (const [name, { p50, p99, max }] of Object.entries(results)) {
    print(`${name.padEnd(32)} p50 ${ms(p50)} ms   p99 ${ms(p99)} ms   max ${ms(max)} ms`);
  }
  const own = results['etis spine']?.p99 ?? Number.NaN;
  const theirs = Math.min(...Object.entries(results).flatMap(([name, { p99 }]) => (name.startsWith(graphile) ? [p99] : [])));
  const value = Number((own / theirs).toFixed(2));
  const compared = Number.isFinite(value);
  return {
    targets: compared
      ? [{ name: 'etis spine / graphile-worker at its better setting, p99 of publish to handler', value, target: '<=1', met: value <= 1 }]
      : [],
    results: { milliseconds: results, perSecond, lanes, samples: rounds * seconds * perSecond },
  };
};
