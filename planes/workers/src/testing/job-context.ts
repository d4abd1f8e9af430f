import type { LeasedJob } from '@etis/contracts/jobs';
import { silentLog, traceIdOf } from '@etis/kernel';
import type { TenantDb } from '@etis/postgres';
import type { JobContext } from '../runtime/job-kind.ts';
import type { KindSettings } from '../runtime/kind-settings.ts';
import { createPace } from '../runtime/pace.ts';
import { leasedJob } from './fake-jobs.ts';

/** What a kind has at hand, for calling its `run` without a thread. Paces for real; `said` is what was said of how far it is. */
export function jobContext(given: {
  db: TenantDb;
  job?: Partial<LeasedJob>;
  settings?: Partial<KindSettings>;
  signal?: AbortSignal;
}): JobContext & { readonly said: readonly { done: number; note: string }[] } {
  const { payload: _payload, ...job } = leasedJob(given.job);
  const signal = given.signal ?? new AbortController().signal;
  const said: { done: number; note: string }[] = [];
  const context = {
    actor: { kind: 'system', id: `job/${job.kind}` },
    tenant: job.tenant,
    trace: traceIdOf(job.traceparent),
    log: silentLog,
  } as const;
  return {
    job,
    db: given.db,
    log: silentLog,
    signal,
    settings: { mail: null, whatsapp: null, documents: null, http: null, ...given.settings },
    said,
    async progress(done, note) {
      said.push({ done, note });
    },
    pace: createPace({ db: given.db, context, signal }),
  };
}
