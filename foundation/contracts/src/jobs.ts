import type { TenantId } from './tenancy.ts';

/** One unit of background work, as asked for. `id` is a UUIDv7 and the dedupe id: enqueuing it again changes nothing. */
export interface JobRequest {
  readonly id: string;
  readonly kind: string;
  readonly tenant: TenantId;
  /** The event whose handling asked for it, and that event's flow. */
  readonly cause: string;
  readonly flow: string;
  readonly traceparent: string;
  /** JSON; the kind's own schema is checked before it runs. */
  readonly payload: unknown;
}

/** A job that a worker holds. `claim` fences: with an older claim, `complete` and `fail` change nothing. */
export interface LeasedJob extends JobRequest {
  readonly claim: string;
  /** Counted in the lease itself, so a job that kills its worker counts too; the first is 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
}

/** A job failure's class, by type: `retry` comes back after a back-off, `terminal` is a dead letter at once. */
export type JobFailure = { readonly error: string; readonly class: 'retry' | 'terminal' };

/**
 * The jobs port. A lease lasts `leaseMs`; who does not renew it by `heartbeat` loses the job to another worker.
 * All methods are safe to repeat.
 */
export interface Jobs {
  enqueue(requests: readonly JobRequest[]): Promise<void>;
  lease(options: { kinds: readonly string[]; limit: number; leaseMs: number }): Promise<readonly LeasedJob[]>;
  /** Renews the leases and returns the claims that are still held. */
  heartbeat(claims: readonly string[], leaseMs: number): Promise<readonly string[]>;
  /** Resolves to false where the claim was lost. `result` is JSON and shown in the flow. */
  complete(claim: string, result: unknown): Promise<boolean>;
  fail(claim: string, failure: JobFailure): Promise<boolean>;
  /** Calls back, at once or soon, when there may be something to lease; returns the way to stop that. */
  onReady(callback: () => void): () => void;
}
