import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { terminal } from '../output.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    rate: { type: 'string', default: '300' },
    seed: { type: 'string', default: `${randomInt(1, 1_000_000)}` },
    redis: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [seconds, rate, seed] = [values.seconds, values.rate, values.seed].map(Number) as [number, number, number];
if (![seconds, rate, seed].every((number) => number > 0)) throw new Error('--seconds, --rate and --seed are positive numbers');

const report = await soak({ seconds, rate, seed, redis: values.redis, say: values.json ? () => {} : terminal.line });
if (values.json) terminal.json(report);
else {
  terminal.line();
  for (const [title, numbers] of Object.entries({ counts: report.counts, kills: report.kills, 'tries that failed': report.failures })) {
    terminal.line(title);
    for (const [name, number] of Object.entries(numbers)) terminal.line(`  ${String(number).padStart(8)}  ${name}`);
  }
  terminal.line();
  terminal.line(report.violations.length === 0 ? 'Every promise was kept.' : 'Violations:');
  for (const violation of report.violations) terminal.line(`  ${violation}`);
}
process.exitCode = report.violations.length === 0 ? 0 : 1;
