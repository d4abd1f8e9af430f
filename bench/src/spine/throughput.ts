import type { BenchReport } from '../report.ts';
import { median } from '../report.ts';
import type { Candidate, Contender, Family } from './contender.ts';
import { families } from './families.ts';
import type { Part } from './part.ts';
import { type Run, run } from './run.ts';

const lanes = 16;
const targets = [
  { peer: 'graphile-worker', ratio: 2 },
  { peer: 'bullmq', ratio: 6 },
  { peer: 'pg-boss', ratio: 6 },
] as const;

interface Measured {
  readonly family: Family;
  readonly best: Candidate;
  readonly contender: Contender;
  readonly count: number;
  readonly runs: Run[];
}

/** The headline: messages a second all the way through, 16 tenants, publishing and consuming at the same time in this process. */
export const throughput: Part = async ({ stand, quick, print }) => {
  const rounds = quick ? 1 : 3;
  const seconds = quick ? 1.5 : 5;
  const measured: Measured[] = [];
  for (const family of families(stand, lanes)) {
    const { best, perSecond } = await fastest(family);
    measured.push({ family, best, contender: await best.open(), count: Math.ceil((perSecond * seconds) / 1_000) * 1_000, runs: [] });
  }

  /** Tries each candidate in a store of its own; that warms the code up, too. */
  async function fastest({ name, candidates }: Family): Promise<{ best: Candidate; perSecond: number }> {
    let found: { best: Candidate; perSecond: number } | undefined;
    for (const candidate of candidates) {
      const contender = await candidate.open();
      const { publishing } = candidate;
      const first = await run(stand, contender, { count: 3_000, lanes, publishing });
      const count = Math.ceil(first.perSecond * (quick ? 0.5 : 1.5));
      const { perSecond } = await run(stand, contender, { count, lanes, publishing });
      await contender.close();
      print(`tried    ${name.padEnd(16)} ${shown(perSecond)} events/s   ${JSON.stringify(candidate.settings)}`);
      if (found === undefined || perSecond > found.perSecond) found = { best: candidate, perSecond };
    }
    if (found === undefined) throw new Error(`${name} has no candidate`);
    return found;
  }

  for (let round = 1; round <= rounds; round += 1) {
    for (const { family, best, contender, count, runs } of measured) {
      const { publishing } = best;
      if (round === 1) await run(stand, contender, { count: 3_000, lanes, publishing });
      const result = await run(stand, contender, { count, lanes, publishing });
      runs.push(result);
      print(`round ${round}  ${family.name.padEnd(16)} ${shown(result.perSecond)} events/s`);
    }
  }
  for (const { contender } of measured) await contender.close();
  return report(measured, print);
};

function report(measured: readonly Measured[], print: (line: string) => void): Omit<BenchReport, 'bench'> {
  const middle = (runs: readonly Run[], of: (run: Run) => number | null) => Math.round(median(runs.map((one) => of(one) ?? Number.NaN)));
  const own = measured.find(({ family }) => family.name === 'etis spine')?.runs ?? [];
  // The ratio of each round first, then their median: both of a pair saw the same machine.
  const ratiosTo = (runs: readonly Run[]) => own.map(({ perSecond }, round) => perSecond / (runs[round]?.perSecond ?? Number.NaN));
  print('');
  print('                  events/s      (least to most)   Node us/event   server us/event   WAL bytes/event   etis spine is');
  const results = measured.map(({ family: { name }, best, count, runs }) => {
    const rates = runs.map(({ perSecond }) => Math.round(perSecond));
    const figures = {
      eventsPerSecond: middle(runs, ({ perSecond }) => perSecond),
      byRound: rates,
      nodeMicros: middle(runs, ({ nodeMicros }) => nodeMicros),
      serverMicros: middle(runs, ({ serverMicros }) => serverMicros),
      walBytes: middle(runs, ({ walBytes }) => walBytes),
      etisSpineIs: Number(median(ratiosTo(runs)).toFixed(2)),
      eventsPerRound: count,
      settings: best.settings,
    };
    print(
      `${name.padEnd(16)} ${shown(figures.eventsPerSecond)} ${`(${Math.min(...rates)} to ${Math.max(...rates)})`.padStart(22)}` +
        ` ${shown(figures.nodeMicros, 15)} ${shown(figures.serverMicros, 17)} ${shown(figures.walBytes, 17)} ${`${figures.etisSpineIs.toFixed(2)} x`.padStart(15)}`,
    );
    return [name, figures] as const;
  });
  return {
    targets: targets.flatMap(({ peer, ratio }) => {
      const found = measured.find(({ family }) => family.name === peer);
      if (found === undefined) return [];
      const value = Number(median(ratiosTo(found.runs)).toFixed(2));
      return [{ name: `etis spine / ${peer}, events per second`, value, target: `>=${ratio}`, met: value >= ratio }];
    }),
    results: { ...Object.fromEntries(results), lanes, durability: 'synchronous_commit on; Redis appendfsync everysec' },
  };
}

function shown(value: number, width = 9): string {
  return Math.round(value).toString().padStart(width);
}
