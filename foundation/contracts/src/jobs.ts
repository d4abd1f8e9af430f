import type { ProductId, TenantId } from './tenancy.ts';

/** One unit of background work, as asked for. `id` is a UUIDv7 and the dedupe id: enqueuing it again changes nothing. */
export interface JobRequest {
  readonly id: string;
  readonly kind: string;
  readonly tenant: TenantId;
  /** The event whose handling asked for it; null for one that a schedule or a person asked for. */
  readonly cause: string | null;
  /** The flow of the cause; the job's own id where it has none. */
  readonly flow: string;
  readonly traceparent: string;
  /** JSON; the kind's own schema is checked before it runs. */
  readonly payload: unknown;
  /** Between -100 and 100, the more urgent is leased first; by default 0. */
  readonly priority?: number;
  /** RFC 3339: not to be leased before; by default at once. */
  readonly runAt?: string;
  /** 1 to 200 characters. While a job of the same tenant and kind with the same text is open, enqueuing another changes nothing. */
  readonly dedupe?: string;
  /** The product that hears how it ended, as the event `job.done` or `job.dead` in its tenant's lane; by default nobody. */
  readonly reportTo?: ProductId;
}

/** What `job.done` and `job.dead` carry. `result` is what the job's kind returned; `error` its last failure. */
export interface JobReport {
  readonly job: string;
  readonly kind: string;
  readonly attempts: number;
  readonly result: unknown;
  readonly error: string | null;
}

/** A job that a worker holds. `claim` fences: with an older claim nothing is changed. */
export interface LeasedJob extends JobRequest {
  readonly claim: string;
  /** Counted in the lease itself, so a job that kills its worker counts too; the first is 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
}

export interface JobProgress {
  readonly done: number;
  readonly note: string;
}

/**
 * A job failure's class, by type: `retry` comes back after a back-off, and not before `afterMs` milliseconds where that is said;
 * `terminal` is a dead letter at once.
 */
export type JobFailure = { readonly error: string; readonly class: 'retry' | 'terminal'; readonly afterMs?: number };

/**
 * The jobs port. A lease lasts `leaseMs`; who does not renew it by `heartbeat` loses the job to another worker.
 * All methods are safe to repeat.
 */
export interface Jobs {
  enqueue(requests: readonly JobRequest[]): Promise<void>;
  /**
   * Takes up to `limit` jobs that are due: tenants take turns, so that nobody waits behind another's thousands; within a tenant and kind the
   * most urgent first, then what has been due the longest. May give fewer than there are; nothing at all means that there is none to take now.
   * `limits` by kind bounds what may run; all callers must give the same for a kind.
   */
  lease(options: {
    kinds: readonly string[];
    limit: number;
    leaseMs: number;
    limits?: Readonly<Record<string, JobLimits>>;
    /** Whose jobs are left where they are: of these tenants, and those that report to these products. */
    except?: { readonly tenants: readonly TenantId[]; readonly products: readonly ProductId[] };
  }): Promise<readonly LeasedJob[]>;
  /** Renews the leases and returns the claims that are still held. */
  heartbeat(claims: readonly string[], leaseMs: number): Promise<readonly string[]>;
  /** Resolves to false where the claim was lost. `result` is JSON and shown in the flow. */
  complete(claim: string, result: unknown): Promise<boolean>;
  fail(claim: string, failure: JobFailure): Promise<boolean>;
  /** Gives the job back untried: the attempt is not counted, and it is leased again after `delayMs`. For a rate limit, never for a failure. */
  defer(claim: string, delayMs: number): Promise<boolean>;
  /** Says how far the job is: `done` from 0 to 1 and a short note. Resolves to false where the claim was lost. */
  progress(claim: string, progress: JobProgress): Promise<boolean>;
  /** Calls back, at once or soon, when there may be something to lease; returns the way to stop that. */
  onReady(callback: () => void): () => void;
}

/**
 * What may run of one kind at a time and in a while, over all workers of the installation, per tenant and in all; absent is unbounded.
 * Counted when a job is leased.
 */
export interface JobLimits {
  readonly perTenant?: JobLimit;
  readonly inAll?: JobLimit;
}

export interface JobLimit {
  /** Leased at the same time. */
  readonly concurrent?: number;
  /** At most `count` leases within any `perMs` milliseconds. */
  readonly rate?: { readonly count: number; readonly perMs: number };
}

export type JobState = 'scheduled' | 'ready' | 'leased' | 'done' | 'dead' | 'cancelled';

/** A job as people see it. `scheduled` is ready but not yet due. Times are RFC 3339 in UTC. */
export interface JobSummary {
  readonly id: string;
  readonly kind: string;
  readonly tenant: TenantId;
  readonly state: JobState;
  readonly priority: number;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly progress: JobProgress | null;
  readonly error: string | null;
  readonly flow: string;
  readonly createdAt: string;
  readonly dueAt: string;
  readonly updatedAt: string;
}

/** A job in full: with what it was asked and what it answered. */
export interface JobDetail extends JobSummary {
  readonly cause: string | null;
  readonly payload: unknown;
  readonly result: unknown;
}

/**
 * A standing order: a job at each time that `cron` names (5 or 6 fields) in `timeZone` (IANA). One process makes each job, once.
 * `missed` says what to do about times that passed while nothing ran: make none up, one for all of them, or each (at most 100, the latest).
 */
export interface Schedule {
  /** 1 to 100 characters of `[a-z0-9.-]`, unique within the tenant. */
  readonly id: string;
  readonly tenant: TenantId;
  readonly kind: string;
  readonly payload: unknown;
  readonly cron: string;
  readonly timeZone: string;
  readonly missed: 'skip' | 'once' | 'each';
  readonly enabled: boolean;
}

export interface ScheduleStatus extends Schedule {
  /** RFC 3339 in UTC; null while it is switched off or when it has no time left. */
  readonly nextAt: string | null;
  readonly lastAt: string | null;
}

/** Standing orders for jobs. @throws SPINE_SCHEDULE_INVALID for a cron text, a time zone or a payload that cannot be. */
export interface Schedules {
  /** Makes or replaces; an unchanged one keeps its next time. */
  set(schedule: Schedule): Promise<ScheduleStatus>;
  remove(tenant: TenantId, id: string): Promise<boolean>;
  list(tenant: TenantId): Promise<readonly ScheduleStatus[]>;
}
