import { type BenchReport, median } from '../report.ts';
import { type Candidate, type Family, opened } from './contender.ts';
import { families } from './families.ts';
import { type Part, type PartOptions, shown, spread } from './part.ts';
import { type Run, run } from './run.ts';

const lanes = 16;
const warmUp = 3_000;
const targets = [
  { peer: 'graphile-worker', ratio: 2 },
  { peer: 'bullmq', ratio: 6 },
  { peer: 'pg-boss', ratio: 6 },
] as const;

interface Measured {
  readonly name: string;
  readonly best: Candidate;
  readonly count: number;
  readonly runs: Run[];
}

/**
 * The headline: messages a second all the way through, 16 tenants, publishing and consuming at the same time in this process. The settings of each
 * are the fastest of those tried; then contenders take turns, each round in a new store.
 */
export const throughput: Part = async (options) => {
  const { quick, print, stand, names } = options;
  const rounds = quick ? 1 : 3;
  const seconds = quick ? 1.5 : 5;
  const measured: Measured[] = [];
  for (const family of families(stand, { lanes, names })) {
    const { best, perSecond } = await fastest(family, options);
    measured.push({ name: family.name, best, count: Math.ceil((perSecond * seconds) / 1_000) * 1_000, runs: [] });
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, best, count, runs } of measured) {
      const result = await warm(best, options, () => count);
      runs.push(result);
      print(`round ${round}  ${name.padEnd(16)} ${shown(result.perSecond)} events/s`);
    }
  }
  return report(measured, print);
};

/** Measures a candidate in a new store, after a warm-up that says how much there is to do. */
async function warm(candidate: Candidate, { stand }: PartOptions, countOf: (perSecond: number) => number): Promise<Run> {
  const { publishing } = candidate;
  return opened(candidate.open, async (contender) => {
    const first = await run(stand, contender, { count: warmUp, lanes, publishing });
    return run(stand, contender, { count: countOf(first.perSecond), lanes, publishing });
  });
}

async function fastest({ name, candidates }: Family, options: PartOptions): Promise<{ best: Candidate; perSecond: number }> {
  const tried: { best: Candidate; perSecond: number }[] = [];
  for (const best of candidates) {
    const { perSecond } = await warm(best, options, (first) => Math.ceil(first * (options.quick ? 0.5 : 1.5)));
    options.print(`tried    ${name.padEnd(16)} ${shown(perSecond)} events/s   ${JSON.stringify(best.settings)}`);
    tried.push({ best, perSecond });
  }
  const [first] = tried.toSorted((one, other) => other.perSecond - one.perSecond);
  if (first === undefined) throw new Error(`${name} has no candidate`);
  return first;
}

function report(measured: readonly Measured[], print: (line: string) => void): Omit<BenchReport, 'bench'> {
  const own = measured.find(({ name }) => name === 'etis spine')?.runs ?? [];
  // The ratio of each round first, then their median: both of a pair saw the same machine.
  const ratioTo = (runs: readonly Run[]) =>
    Number(median(own.map(({ perSecond }, round) => perSecond / (runs[round]?.perSecond ?? Number.NaN))).toFixed(2));
  print('');
  print('                  events/s      (least to most)   Node us/event   server us/event   WAL bytes/event   etis spine is');
  const results = measured.map(({ name, best, count, runs }) => {
    const middle = (of: (run: Run) => number | null) => Math.round(median(runs.map((one) => of(one) ?? Number.NaN)));
    const rates = runs.map(({ perSecond }) => Math.round(perSecond));
    const figures = {
      eventsPerSecond: middle(({ perSecond }) => perSecond),
      byRound: rates,
      nodeMicros: middle(({ nodeMicros }) => nodeMicros),
      serverMicros: middle(({ serverMicros }) => serverMicros),
      walBytes: middle(({ walBytes }) => walBytes),
      etisSpineIs: ratioTo(runs),
      eventsPerRound: count,
      settings: best.settings,
    };
    print(
      `${name.padEnd(16)} ${shown(figures.eventsPerSecond)} ${spread(rates).padStart(22)}` +
        ` ${shown(figures.nodeMicros, 15)} ${shown(figures.serverMicros, 17)} ${shown(figures.walBytes, 17)} ${`${figures.etisSpineIs.toFixed(2)} x`.padStart(15)}`,
    );
    return [name, figures] as const;
  });
  return {
    targets: targets.flatMap(({ peer, ratio }) => {
      const found = measured.find(({ name }) => name === peer);
      if (found === undefined || own.length === 0) return [];
      const value = ratioTo(found.runs);
      return [{ name: `etis spine / ${peer}, events per second`, value, target: `>=${ratio}`, met: value >= ratio }];
    }),
    results: { ...Object.fromEntries(results), lanes, durability: 'synchronous_commit on; Redis appendfsync everysec' },
  };
}
