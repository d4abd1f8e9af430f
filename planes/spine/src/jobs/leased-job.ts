import type { JobLimit, JobLimits, LeasedJob } from '@etis/contracts/jobs';
import { claimText } from './claim.ts';

/** A row of `job_lease`: a job, or with a null id where to go on in its kind. `lease` is null where the job became a dead letter. */
export interface LeaseRow {
  readonly id: string | null;
  readonly kind: string;
  readonly tenant_id: string;
  readonly payload: string;
  readonly cause_id: string | null;
  readonly flow_id: string;
  readonly traceparent: string;
  readonly priority: number;
  readonly dedupe: string | null;
  readonly report_to: string | null;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly lease: number | null;
  /** In milliseconds since 1970. */
  readonly due: number;
}

/** The jobs among the rows, the most urgent first, then what has been due the longest. */
export function leasedJobs(rows: readonly LeaseRow[]): readonly LeasedJob[] {
  return rows
    .filter((row): row is LeaseRow & { id: string; lease: number } => row.id !== null && row.lease !== null)
    .toSorted((one, other) => other.priority - one.priority || one.due - other.due || (one.id < other.id ? -1 : 1))
    .map((row) => ({
      id: row.id,
      kind: row.kind,
      tenant: row.tenant_id,
      cause: row.cause_id,
      flow: row.flow_id,
      traceparent: row.traceparent,
      payload: JSON.parse(row.payload) as unknown,
      ...(row.priority === 0 ? {} : { priority: row.priority }),
      ...(row.dedupe === null ? {} : { dedupe: row.dedupe }),
      ...(row.report_to === null ? {} : { reportTo: row.report_to }),
      claim: claimText({ id: row.id, lease: row.lease }),
      attempt: row.attempts,
      maxAttempts: row.max_attempts,
    }));
}

interface LimitColumns {
  readonly concurrent?: number;
  readonly count?: number;
  readonly perMs?: number;
}

function columns(limit: JobLimit): LimitColumns {
  return { ...(limit.concurrent === undefined ? {} : { concurrent: limit.concurrent }), ...limit.rate };
}

/** Limits as `job_lease` reads them; kinds that have none are left out, so that they cost nothing. */
export function limitsText(limits: Readonly<Record<string, JobLimits>> | undefined, kinds: readonly string[]): string {
  const given = Object.entries(limits ?? {}).filter(
    ([kind, { perTenant, inAll }]) => kinds.includes(kind) && (perTenant ?? inAll) !== undefined,
  );
  return JSON.stringify(
    Object.fromEntries(
      given.map(([kind, { perTenant, inAll }]) => [kind, { tenant: columns(perTenant ?? {}), all: columns(inAll ?? {}) }]),
    ),
  );
}
