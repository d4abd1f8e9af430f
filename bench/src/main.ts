import { api } from './api/api.ts';
import { governance } from './governance/governance.ts';
import { ingest } from './ingest/ingest.ts';
import { jobs } from './jobs/jobs.ts';
import type { BenchReport } from './report.ts';
import { spine } from './spine/spine.ts';
import { workflows } from './workflows/workflows.ts';

/** `npm run bench -- <name> [options]`: measures, prints a table, and ends with one line of JSON. */
const benches: Readonly<Record<string, (print: (line: string) => void, args: readonly string[]) => Promise<BenchReport>>> = {
  api,
  governance,
  ingest,
  jobs,
  spine,
  workflows,
};

const [, , name = '', ...args] = process.argv;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  console.error(`There is no bench "${name}". Run: npm run bench -- <${Object.keys(benches).join(' | ')}>`);
  process.exitCode = 1;
} else {
  const report = await bench((line) => console.log(line), args);
  console.log(JSON.stringify(report));
}
