import { setTimeout as delay } from 'node:timers/promises';
import { type Contender, opened } from './contender.ts';
import { etisPublishing, openEtis } from './etis.ts';
import { openGraphile } from './graphile.ts';
import { message } from './message.ts';
import { latencyOf, pacedAtOnce } from './paced.ts';
import { ms, type Part } from './part.ts';
import { pace } from './publish.ts';

const lanes = 16;
const quietPerSecond = 20;
const times = 100;
/** The flood is on before the first message of the others that counts, and after the last. */
const leadMs = 500;

/** `paced`: one tenant publishes 100 times what each other does. `unbounded`: it publishes as fast as the spine takes it. */
type Flood = 'none' | 'paced' | 'unbounded';

/** How long messages of 15 quiet tenants take while the sixteenth floods, and while it does not. */
export const fairness: Part = async ({ stand, quick, names, print }) => {
  const rounds = quick ? 1 : 2;
  const seconds = quick ? 2 : 5;
  const contenders: Readonly<Record<string, { floods: readonly Flood[]; open: () => Promise<Contender> }>> = {
    'etis spine': { floods: ['none', 'paced', 'unbounded'], open: () => openEtis(stand, { lanes }) },
    // Its one queue has no tenants: what an unbounded flood leaves in it is waited for by everybody, for as long as one lets it grow.
    'graphile-worker': {
      floods: ['none', 'paced'],
      open: () => openGraphile(stand, { concurrentJobs: 24, localQueue: 500, batchDelay: 0 }),
    },
  };
  const results: Record<string, Record<string, unknown>> = {};
  let value = Number.NaN;
  for (const [name, { floods, open }] of Object.entries(contenders)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const found = new Map<Flood, number[]>(floods.map((flood) => [flood, []]));
    for (let round = 1; round <= rounds; round += 1) {
      for (const flood of floods) found.get(flood)?.push(...(await opened(open, (contender) => quietTimes(contender, flood, seconds))));
    }
    const latencies = new Map([...found].map(([flood, all]) => [flood, latencyOf(all)]));
    for (const [flood, { p50, p99, max }] of latencies) {
      print(`${name.padEnd(16)} flood ${flood.padEnd(10)} p50 ${ms(p50)} ms   p99 ${ms(p99)} ms   max ${ms(max)} ms`);
    }
    results[name] = Object.fromEntries(latencies);
    if (name === 'etis spine') value = (latencies.get('paced')?.p99 ?? Number.NaN) / (latencies.get('none')?.p99 ?? Number.NaN);
  }
  value = Number(value.toFixed(2));
  return {
    targets: Number.isNaN(value)
      ? []
      : [{ name: "p99 of 15 tenants beside one with 100 times each one's rate / without it", value, target: '<=2', met: value <= 2 }],
    results: { milliseconds: results, lanes, quietPerSecond, floodPerSecond: quietPerSecond * times },
  };
};

async function quietTimes(contender: Contender, flood: Flood, seconds: number): Promise<readonly number[]> {
  const count = quietPerSecond * (lanes - 1) * seconds;
  const found: number[] = [];
  const flooding = message(0, 0).tenant;
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const stop = await contender.consume(({ tenant, at }) => {
    if (tenant === flooding) return;
    found.push(performance.now() - at);
    if (found.length === count) resolve();
  });
  // What is compiled and planned at the first messages is nobody's flood.
  await contender.publish(Array.from({ length: 500 }, (_, n) => message(n, 0)));
  while (!(await contender.isSettled())) await delay(10);

  const control = new AbortController();
  const flooded = startFlood(contender, flood, { seconds: seconds + (2 * leadMs) / 1_000, signal: control.signal });
  await delay(leadMs);
  await pace(contender, { perSecond: quietPerSecond * (lanes - 1), count, atOnce: pacedAtOnce, laneOf: (n) => 1 + (n % (lanes - 1)) });
  await reached;
  control.abort();
  await flooded;
  await stop();
  return found;
}

async function startFlood(
  contender: Contender,
  flood: Flood,
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<void> {
  if (flood === 'none') return;
  if (flood === 'paced') {
    const perSecond = quietPerSecond * times;
    await pace(contender, { perSecond, count: perSecond * seconds, atOnce: pacedAtOnce, laneOf: () => 0 });
    return;
  }
  let n = 0;
  await Promise.all(
    Array.from({ length: etisPublishing.atOnce }, async () => {
      while (!signal.aborted) {
        await contender.publish(
          Array.from({ length: etisPublishing.batch }, () => {
            n += 1;
            return message(n, 0);
          }),
        );
      }
    }),
  );
}
