import { parseArgs } from 'node:util';
import type { BenchReport } from '../report.ts';
import type { Part } from './part.ts';
import { createStand } from './stand.ts';
import { throughput } from './throughput.ts';

const parts: Readonly<Record<string, Part>> = { throughput };

/**
 * The event spine next to job queues that people take instead: `--only <part>` measures one part, `--quick` looks fast. Everybody is on the same
 * machine in the same run, with the same message and the same settings of PostgreSQL.
 */
export async function spine(print: (line: string) => void, args: readonly string[]): Promise<BenchReport> {
  const { values } = parseArgs({ args: [...args], options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } });
  const { only, quick } = values;
  if (only !== undefined && !Object.hasOwn(parts, only))
    throw new Error(`there is no part "${only}"; there are ${Object.keys(parts).join(', ')}`);
  const chosen = Object.entries(parts).filter(([name]) => only === undefined || name === only);
  const reports: (readonly [string, Omit<BenchReport, 'bench'>])[] = [];
  for (const [name, part] of chosen) {
    print(`\n# ${name}`);
    const stand = await createStand();
    try {
      if (stand.redis === null) print('BullMQ is left out: there is no redis-server on this machine.');
      reports.push([name, await part({ stand, quick, print })]);
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
