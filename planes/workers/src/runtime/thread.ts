import { workerData } from 'node:worker_threads';
import type { LeasedJob } from '@etis/contracts/jobs';
import { createLog, errorText, type MailConfig } from '@etis/kernel';
import { type DatabaseAccess, openDomain } from '@etis/postgres';
import { Compile, type Validator } from 'typebox/compile';
import { workersDomain } from '../domain.ts';
import { type JobKind, loadJobKind, TerminalFailure } from './job-kind.ts';

/** What a thread is started with; plain data. */
export interface ThreadSetup {
  readonly modules: readonly string[];
  readonly access: DatabaseAccess;
  readonly mail: MailConfig;
  readonly logLevel: string;
}

/** How a run ended. Errors are told and not thrown, since what crosses a thread's border loses its type. */
export type RunOutcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string; readonly class: 'retry' | 'terminal' };

const setup = (workerData as { setup: ThreadSetup }).setup;
const log = createLog({ level: setup.logLevel, role: 'worker' });
const db = openDomain({ domain: workersDomain, access: setup.access, log, poolSize: 2, applicationName: 'etis worker' });
const loaded = await Promise.all(setup.modules.map(loadJobKind));
const kinds = new Map<string, { kind: JobKind; payload: Validator }>(
  loaded.map((kind) => [kind.kind, { kind, payload: Compile(kind.schema) }]),
);

/** Runs one job in this thread. */
export async function runJob(leased: LeasedJob): Promise<RunOutcome> {
  const { payload, ...job } = leased;
  const found = kinds.get(job.kind);
  if (found === undefined) return { ok: false, class: 'terminal', error: `no worker knows the job kind ${job.kind}` };
  const [wrong] = found.payload.Check(payload) ? [] : found.payload.Errors(payload);
  if (wrong !== undefined) {
    return { ok: false, class: 'terminal', error: `the payload does not fit: ${wrong.instancePath || 'the whole'} ${wrong.message}` };
  }
  try {
    return {
      ok: true,
      result: await found.kind.run(payload, { job, db, mail: setup.mail, log: log.child({ job: job.id, tenant: job.tenant }) }),
    };
  } catch (error) {
    return { ok: false, class: error instanceof TerminalFailure ? 'terminal' : 'retry', error: errorText(error).slice(0, 1_000) };
  }
}
