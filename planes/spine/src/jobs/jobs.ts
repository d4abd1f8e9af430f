import type { Jobs, LeasedJob } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import { backoff, isUuid, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { columnText } from '../record/column-text.ts';
import type { SpineSettings } from '../settings.ts';
import { payloadText, resultText } from './job-columns.ts';
import { createJobReady } from './job-ready.ts';
import { completeSql, enqueueSql, failSql, heartbeatSql, leaseSql } from './sql.ts';

/** The jobs port with the service that wakes those who wait for jobs. */
export interface JobStore {
  readonly jobs: Jobs;
  readonly service: Service;
}

interface LeasedRow {
  readonly id: string;
  readonly kind: string;
  readonly tenant_id: string;
  readonly payload: string;
  readonly cause_id: string;
  readonly flow_id: string;
  readonly traceparent: string;
  readonly claim: string;
  readonly attempts: number;
  readonly max_attempts: number;
}

function leasedJob(row: LeasedRow): LeasedJob {
  return {
    id: row.id,
    kind: row.kind,
    tenant: row.tenant_id,
    cause: row.cause_id,
    flow: row.flow_id,
    traceparent: row.traceparent,
    payload: JSON.parse(row.payload) as unknown,
    claim: row.claim,
    attempt: row.attempts,
    maxAttempts: row.max_attempts,
  };
}

/** Jobs on PostgreSQL. All leases count by the database's clock, so that workers on other machines need not agree on the time. */
export function createJobs(options: { db: SystemDb; log: Log; settings: SpineSettings['jobs'] }): JobStore {
  const { db, log, settings } = options;
  const ready = createJobReady({ db, log, pollMs: settings.pollMs });

  const jobs: Jobs = {
    async enqueue(requests) {
      if (requests.length === 0) return;
      await db.statement(enqueueSql, [
        requests.map((request) => request.id),
        requests.map((request) => request.kind),
        requests.map((request) => request.tenant),
        requests.map(payloadText),
        requests.map((request) => request.cause),
        requests.map((request) => request.flow),
        requests.map((request) => columnText(request.traceparent, 64)),
        settings.maxAttempts,
      ]);
      ready.announce();
    },

    async lease({ kinds, limit, leaseMs }) {
      if (kinds.length === 0 || limit < 1) return [];
      const rows = await db.statement<LeasedRow>(leaseSql, [kinds, limit, leaseMs]);
      return rows.map(leasedJob);
    },

    async heartbeat(claims, leaseMs) {
      const known = claims.filter(isUuid);
      if (known.length === 0) return [];
      const rows = await db.statement<{ claim: string }>(heartbeatSql, [known, leaseMs]);
      return rows.map((row) => row.claim);
    },

    async complete(claim, result) {
      if (!isUuid(claim)) return false;
      const rows = await db.statement(completeSql, [claim, resultText(result)]);
      return rows.length > 0;
    },

    async fail(claim, failure) {
      if (!isUuid(claim)) return false;
      // How long to wait follows from attempts that only the row knows: the jitter is drawn here and applied there.
      const share = backoff(1, { base: 1_000_000, cap: 1_000_000 }) / 1_000_000;
      const rows = await db.statement(failSql, [
        claim,
        columnText(failure.error, 2_000),
        failure.class === 'terminal',
        settings.backoff.base,
        settings.backoff.cap,
        share,
      ]);
      return rows.length > 0;
    },

    onReady: (callback) => ready.subscribe(callback),
  };

  return { jobs, service: ready };
}
