import { parseArgs } from 'node:util';
import type { BenchReport } from '../report.ts';
import { backlog } from './backlog.ts';
import { disk } from './disk.ts';
import { fairness } from './fairness.ts';
import { fanOut } from './fan-out.ts';
import { foreignTransaction } from './foreign-transaction.ts';
import { ingestFairness } from './ingest-fairness.ts';
import { ingestScale } from './ingest-scale.ts';
import { laneCount } from './lane-count.ts';
import { latency } from './latency.ts';
import type { Part } from './part.ts';
import { createStand } from './stand.ts';
import { throughput } from './throughput.ts';
import { transportRates } from './transport-rates.ts';

const parts: Readonly<Record<string, Part>> = {
  throughput,
  latency,
  fairness,
  ingest: ingestScale,
  'ingest-fairness': ingestFairness,
  transports: transportRates,
  'fan-out': fanOut,
  lanes: laneCount,
  backlog,
  'foreign-transaction': foreignTransaction,
  disk,
};

const usage = `npm run bench -- spine [--only <part>] [--with <contender>,…] [--quick] [--backlog <entries>]; parts: ${Object.keys(parts).join(', ')}`;

/**
 * The event spine next to job queues that people take instead. Everybody is on the same machine in the same run, with the same message and the same
 * settings of PostgreSQL. `--only` measures one part, `--with` only some contenders, `--quick` looks fast.
 */
export async function spine(print: (line: string) => void, args: readonly string[]): Promise<BenchReport> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      with: { type: 'string' },
      quick: { type: 'boolean', default: false },
      backlog: { type: 'string' },
    },
  });
  const { only, quick } = values;
  const entries = Number(values.backlog ?? (quick ? 20_000 : 200_000));
  if ((only !== undefined && !Object.hasOwn(parts, only)) || !Number.isSafeInteger(entries) || entries < 1) throw new Error(usage);
  const reports: (readonly [string, Omit<BenchReport, 'bench'>])[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (only !== undefined && name !== only) continue;
    print(`\n# ${name}`);
    const stand = await createStand();
    try {
      if (stand.redis === null) print('BullMQ is left out: there is no redis-server on this machine.');
      reports.push([name, await part({ stand, quick, names: values.with?.split(',') ?? [], backlog: entries, print })]);
    } finally {
      await stand.stop();
    }
  }
  return {
    bench: 'spine',
    targets: reports.flatMap(([, { targets }]) => targets),
    results: Object.fromEntries(reports.map(([name, { results }]) => [name, results])),
  };
}
