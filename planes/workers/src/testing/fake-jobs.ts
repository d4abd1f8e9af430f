import { randomUUID } from 'node:crypto';
import type { JobFailure, JobRequest, Jobs, LeasedJob } from '@etis/contracts/jobs';
import { traceparentFrom, uuidv7 } from '@etis/kernel';

export type JobEnd = { readonly result: unknown } | { readonly failure: JobFailure };

/** The Jobs port in memory: what is added is leased once, and how each job ended can be awaited. */
export interface FakeJobs extends Jobs {
  /** Makes a job ready and calls those back who wait for one. */
  add(job: { kind: string; payload: unknown; tenant?: string; id?: string; attempt?: number }): LeasedJob;
  /** Resolves when the job was completed or failed. */
  ended(job: LeasedJob): Promise<JobEnd>;
  /** Takes the claim away, as when the lease ran out. */
  lose(job: LeasedJob): void;
  holds(job: LeasedJob): boolean;
  /** Makes the next `count` calls of `complete` fail. */
  failComplete(count: number): void;
  /** What each call of `lease` asked for. */
  readonly limits: readonly number[];
  /** The calls of `heartbeat`. */
  readonly heartbeats: number;
  /** The claims that were told of although they were lost. */
  readonly refused: readonly string[];
  readonly listeners: number;
}

export function leasedJob(job: Partial<LeasedJob> = {}): LeasedJob {
  return {
    id: uuidv7(),
    kind: 'email',
    tenant: 'acme',
    cause: uuidv7(),
    flow: uuidv7(),
    traceparent: traceparentFrom(undefined),
    payload: {},
    claim: randomUUID(),
    attempt: 1,
    maxAttempts: 5,
    ...job,
  };
}

export function createFakeJobs(): FakeJobs {
  const ready: LeasedJob[] = [];
  const held = new Set<string>();
  const ends = new Map<string, PromiseWithResolvers<JobEnd>>();
  const listeners = new Set<() => void>();
  const limits: number[] = [];
  const refused: string[] = [];
  let failing = 0;
  let heartbeats = 0;

  function endOf(claim: string): PromiseWithResolvers<JobEnd> {
    const found = ends.get(claim) ?? Promise.withResolvers<JobEnd>();
    ends.set(claim, found);
    return found;
  }

  async function end(claim: string, how: JobEnd): Promise<boolean> {
    if (!held.delete(claim)) {
      refused.push(claim);
      return false;
    }
    endOf(claim).resolve(how);
    return true;
  }

  function put(job: LeasedJob): LeasedJob {
    ready.push(job);
    for (const listener of listeners) listener();
    return job;
  }

  return {
    limits,
    refused,
    get listeners() {
      return listeners.size;
    },
    get heartbeats() {
      return heartbeats;
    },
    add: (job) => put(leasedJob(job)),
    ended: (job) => endOf(job.claim).promise,
    lose: (job) => void held.delete(job.claim),
    holds: (job) => held.has(job.claim),
    failComplete(count) {
      failing = count;
    },
    async enqueue(requests: readonly JobRequest[]) {
      for (const request of requests) put(leasedJob(request));
    },
    async lease({ limit }) {
      limits.push(limit);
      const taken = ready.splice(0, limit);
      for (const job of taken) held.add(job.claim);
      return taken;
    },
    async heartbeat(claims) {
      heartbeats += 1;
      return claims.filter((claim) => held.has(claim));
    },
    async complete(claim, result) {
      if (failing > 0) {
        failing -= 1;
        throw new Error('the database is away');
      }
      return end(claim, { result });
    },
    fail: (claim, failure) => end(claim, { failure }),
    onReady(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
  };
}
