import { eventually } from '@etis/testing';
import { type BenchReport, median } from '../report.ts';
import { createStand } from '../spine/stand.ts';
import { startCalledServer } from './called-server.ts';
import { openCode } from './etis-code.ts';
import { sendWebhooks } from './send-webhooks.ts';

const rounds = 3;
const runsPerRound = 3_000;
const warmUpRuns = 500;
const tenants = Array.from({ length: 8 }, (_, index) => `tenant-${index}`);
const threads = 8;

/**
 * What n8n states for one instance, executions a second. Its package cannot be installed from npm beside this bench: version 2.41.3 asks for a version of
 * one of its own packages that was not published.
 */
const n8nStated = 220;

/**
 * Runs of webhook, condition, HTTP call, end, through the whole embedded platform: from the signed request at the edge until the run said that it completed.
 * Every request is on disk before it is answered, every step before the next; the server that is called and the sender share the machine.
 */
export async function workflows(print: (line: string) => void): Promise<BenchReport> {
  await using stack = new AsyncDisposableStack();
  const stand = await createStand();
  stack.defer(() => stand.stop());
  const called = await startCalledServer();
  stack.defer(() => called.close());
  const platform = await openCode(stand, { tenants, port: called.port, threads });
  stack.defer(() => platform.close());
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const count = round === 0 ? warmUpRuns : runsPerRound;
    const before = platform.completed();
    const begun = performance.now();
    await sendWebhooks({ url: platform.url, secret: platform.secret, tenants, count, atOnce: 32, label: `round-${round}` });
    const accepted = count / ((performance.now() - begun) / 1_000);
    await eventually(async () => platform.completed() - before >= count, { timeoutMs: 120_000 });
    const rate = count / ((performance.now() - begun) / 1_000);
    print(
      `${round === 0 ? 'warm-up' : `round ${round}`}  ${accepted.toFixed(0).padStart(6)} webhooks/s accepted  ${rate.toFixed(0).padStart(6)} runs/s`,
    );
    if (round > 0) rates.push(rate);
  }
  const expected = warmUpRuns + rounds * runsPerRound;
  const once = called.keys.size === expected && called.calls() === expected;
  print(`calls received ${called.calls()}, with ${called.keys.size} idempotency keys, for ${expected} runs`);
  const rate = median(rates);
  print(`etis ${rate.toFixed(0)} runs/s; n8n states ${n8nStated}/s for one instance, on a machine that is not this one`);
  return {
    bench: 'workflows',
    targets: [
      { name: 'runs/s against what n8n states', value: rate / n8nStated, target: '>= 5', met: rate / n8nStated >= 5 },
      { name: 'calls for each run', value: called.calls() / expected, target: '= 1', met: once },
    ],
    results: { runsPerSecond: rates.map(Math.round), n8nStated },
  };
}
