import { parentPort, workerData } from 'node:worker_threads';
import type { LeasedJob } from '@etis/contracts/jobs';
import { createLog, traceIdOf } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { Compile, type Validator } from 'typebox/compile';
import { sendingDomain } from '../domain.ts';
import { type JobContext, type JobKind, loadJobKind } from './job-kind.ts';
import { createPace } from './pace.ts';
import { createProgressReport } from './progress.ts';
import { outcomeOfError, outcomeOfResult } from './run-outcome.ts';
import type { Notice, Order, RunOutcome, ThreadSetup } from './thread-message.ts';

const setup = (workerData as { setup: ThreadSetup }).setup;
const log = createLog({ level: setup.logLevel, role: 'worker' });
const db = openDomain({ domain: sendingDomain, access: setup.access, log, poolSize: 2, applicationName: 'etis worker' });
const loaded = await Promise.all(setup.modules.map(loadJobKind));
const kinds = new Map<string, { kind: JobKind; payload: Validator }>(
  loaded.map((kind) => [kind.kind, { kind, payload: Compile(kind.schema) }]),
);
let abort: AbortController | undefined;

function tell(notice: Notice): void {
  parentPort?.postMessage(notice);
}

function refusal(error: string): RunOutcome {
  return { end: 'failed', class: 'terminal', error };
}

async function run(leased: LeasedJob, signal: AbortSignal): Promise<RunOutcome> {
  const { payload, ...job } = leased;
  const found = kinds.get(job.kind);
  if (found === undefined) return refusal(`no worker knows the job kind ${job.kind}`);
  const [wrong] = found.payload.Check(payload) ? [] : found.payload.Errors(payload);
  if (wrong !== undefined) return refusal(`the payload does not fit: ${wrong.instancePath || 'the whole'} ${wrong.message}`);
  const jobLog = log.child({ job: job.id, tenant: job.tenant });
  const report = createProgressReport((progress) => tell({ notice: 'progress', progress }));
  const context: JobContext = {
    job,
    db,
    log: jobLog,
    signal,
    settings: setup.settings,
    async progress(done, note) {
      report.say(done, note);
    },
    pace: createPace({
      db,
      context: { actor: { kind: 'system', id: `job/${job.kind}` }, tenant: job.tenant, trace: traceIdOf(job.traceparent), log: jobLog },
      signal,
    }),
  };
  try {
    return outcomeOfResult(await found.kind.run(payload, context));
  } catch (error) {
    return outcomeOfError(error);
  } finally {
    report.close();
  }
}

parentPort?.on('message', async (order: Order) => {
  if (order.order === 'abort') {
    abort?.abort(new Error(order.reason));
    return;
  }
  abort = new AbortController();
  const outcome = await run(order.job, abort.signal);
  abort = undefined;
  tell({ notice: 'ended', outcome });
});
tell({ notice: 'ready' });
