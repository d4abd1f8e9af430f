import type { JobRequest, Jobs } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import { backoff, type Service } from '@etis/kernel';
import type { SystemDb, SystemTx } from '@etis/postgres';
import { columnText } from '../record/column-text.ts';
import type { SpineSettings } from '../settings.ts';
import { type Claim, claimText, readClaim } from './claim.ts';
import { payloadText, resultText } from './job-columns.ts';
import { createJobReady } from './job-ready.ts';
import { type LeaseRow, leasedJobs, limitsText } from './leased-job.ts';
import { createSharedCall } from './shared-call.ts';
import { completeSql, deferSql, enqueueSql, failSql, heartbeatSql, leaseSql, progressSql } from './sql.ts';

/** The jobs port with the service that wakes those who wait for jobs. */
export interface JobStore {
  readonly jobs: Jobs;
  readonly service: Service;
  /**
   * Enqueues in the caller's own transaction: the jobs are there when it commits, and only then. Call `announce` after the commit.
   * @throws SPINE_JOB_MALFORMED
   */
  enqueueIn(tx: SystemTx, requests: readonly JobRequest[]): Promise<void>;
  /** Wakes those who wait for jobs, here and in other processes. */
  announce(): void;
}

/** What one statement may tell of at once. */
const bounds = { maxItems: 500, maxWeight: 4 << 20, maxCalls: 2 };

interface Ended {
  readonly claim: Claim;
  readonly text: string;
  readonly terminal: boolean;
  readonly afterMs: number;
}

function claimsOf(batch: readonly Ended[]): readonly Claim[] {
  return batch.map(({ claim }) => claim);
}

function weigh(ended: Ended): number {
  return ended.text.length;
}

function enqueueValues(requests: readonly JobRequest[], maxAttempts: number): readonly unknown[] {
  return [
    requests.map((request) => request.id),
    requests.map((request) => request.kind),
    requests.map((request) => request.tenant),
    requests.map(payloadText),
    requests.map((request) => request.cause),
    requests.map((request) => request.flow),
    requests.map((request) => columnText(request.traceparent, 64)),
    maxAttempts,
    requests.map((request) => request.priority ?? 0),
    requests.map((request) => request.runAt ?? null),
    requests.map((request) => request.dedupe ?? null),
    requests.map((request) => request.reportTo ?? null),
  ];
}

/**
 * Jobs on PostgreSQL. All leases count by the database's clock, so that workers on other machines need not agree on the time. `onReported` is
 * called after a commit that may have put the report of a job into the inbox.
 */
export function createJobs(options: { db: SystemDb; log: Log; settings: SpineSettings['jobs']; onReported?: () => void }): JobStore {
  const { db, log, settings } = options;
  const ready = createJobReady({ db, log, pollMs: settings.pollMs });
  /** Where the next lease goes on, by kind: it is only about whose turn it is, so each process has its own. */
  const turns = new Map<string, string>();
  let firstKind = 0;

  async function told(sql: string, values: readonly unknown[], batch: readonly Ended[]): Promise<readonly boolean[]> {
    const rows = await db.statement<{ job: string; reports: boolean }>(sql, values);
    if (rows.some(({ reports }) => reports)) options.onReported?.();
    const known = new Set(rows.map(({ job }) => job));
    return batch.map(({ claim }) => known.has(claim.id));
  }

  const complete = createSharedCall<Ended, boolean>({
    bounds: { ...bounds, weigh },
    call: (batch) => told(completeSql, [...claimValues(claimsOf(batch)), batch.map(({ text }) => text)], batch),
  });

  const fail = createSharedCall<Ended, boolean>({
    bounds: { ...bounds, weigh },
    call: (batch) =>
      told(
        failSql,
        [
          ...claimValues(claimsOf(batch)),
          batch.map(({ text }) => text),
          batch.map(({ terminal }) => terminal),
          batch.map(({ afterMs }) => afterMs),
          // How long to wait follows from attempts that only the row knows: the jitter is drawn here and applied there.
          batch.map(() => backoff(1, { base: 1_000_000, cap: 1_000_000 }) / 1_000_000),
          settings.backoff.base,
          settings.backoff.cap,
        ],
        batch,
      ),
  });

  const jobs: Jobs = {
    async enqueue(requests) {
      if (requests.length === 0) return;
      await db.statement(enqueueSql, enqueueValues(requests, settings.maxAttempts));
      ready.announce();
    },

    async lease({ kinds, limit, leaseMs, limits, except }) {
      if (kinds.length === 0 || limit < 1) return [];
      const text = limitsText(limits, kinds);
      for (;;) {
        // Kinds take turns too: with one place at a time the first would otherwise always get it.
        firstKind = (firstKind + 1) % kinds.length;
        const order = [...kinds.slice(firstKind), ...kinds.slice(0, firstKind)];
        const rows = await db.statement<LeaseRow>(leaseSql, [
          order,
          limit,
          leaseMs,
          order.map((kind) => turns.get(kind) ?? ''),
          text,
          except?.tenants ?? [],
          except?.products ?? [],
        ]);
        for (const row of rows) if (row.id === null) turns.set(row.kind, row.tenant_id);
        const leased = leasedJobs(rows);
        // All that was found had used up its attempts: that is not to say that there is nothing to take.
        const dead = rows.some((row) => row.id !== null && row.lease === null);
        if (dead) options.onReported?.();
        if (leased.length > 0 || !dead) return leased;
      }
    },

    async heartbeat(claims, leaseMs) {
      const known = claims.flatMap((claim) => readClaim(claim) ?? []).toSorted((one, other) => (one.id < other.id ? -1 : 1));
      if (known.length === 0) return [];
      const rows = await db.statement<{ id: string; lease: number }>(heartbeatSql, [...claimValues(known), leaseMs]);
      return rows.map(claimText);
    },

    async complete(claim, result) {
      const found = readClaim(claim);
      if (found === undefined) return false;
      return await complete(found.id, { claim: found, text: resultText(result), terminal: false, afterMs: 0 });
    },

    async fail(claim, failure) {
      const found = readClaim(claim);
      if (found === undefined) return false;
      const afterMs = Number.isFinite(failure.afterMs) ? Math.max(0, failure.afterMs ?? 0) : 0;
      const text = columnText(failure.error, 2_000);
      return await fail(found.id, { claim: found, text, terminal: failure.class === 'terminal', afterMs });
    },

    async defer(claim, delayMs) {
      const found = readClaim(claim);
      if (found === undefined) return false;
      const rows = await db.statement(deferSql, [found.id, found.lease, Number.isFinite(delayMs) ? Math.max(0, delayMs) : 0]);
      if (rows.length > 0 && delayMs <= 0) ready.announce();
      return rows.length > 0;
    },

    async progress(claim, { done, note }) {
      const found = readClaim(claim);
      if (found === undefined) return false;
      const share = Math.min(1, Math.max(0, Number.isFinite(done) ? done : 0));
      const rows = await db.statement(progressSql, [found.id, found.lease, share, columnText(note, 200)]);
      return rows.length > 0;
    },

    onReady: (callback) => ready.subscribe(callback),
  };

  return {
    jobs,
    service: ready,
    async enqueueIn(tx, requests) {
      if (requests.length > 0) await tx.query(enqueueSql, enqueueValues(requests, settings.maxAttempts));
    },
    announce: () => ready.announce(),
  };
}

/** The first two parameters of what tells of claims. Ids and numbers need no quotes, and the client would look for some in each. */
function claimValues(claims: readonly Claim[]): [string, string] {
  return [`{${claims.map(({ id }) => id).join()}}`, `{${claims.map(({ lease }) => lease).join()}}`];
}
