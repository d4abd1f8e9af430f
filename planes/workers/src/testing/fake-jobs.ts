import { randomUUID } from 'node:crypto';
import type { JobFailure, JobProgress, JobRequest, Jobs, LeasedJob } from '@etis/contracts/jobs';
import { traceparentFrom, uuidv7 } from '@etis/kernel';

export type JobEnd = { readonly result: unknown } | { readonly failure: JobFailure } | { readonly deferredMs: number };

/** The Jobs port in memory: what is added is leased once, and how each job ended can be awaited. */
export interface FakeJobs extends Jobs {
  /** Makes a job ready and calls those back who wait for one. */
  add(job: { kind: string; payload: unknown; tenant?: string; id?: string; attempt?: number; reportTo?: string }): LeasedJob;
  /** Resolves when the job was completed, failed or given back. */
  ended(job: LeasedJob): Promise<JobEnd>;
  /** Takes the claim away, as when the lease ran out. */
  lose(job: LeasedJob): void;
  holds(job: LeasedJob): boolean;
  /** Makes the next `count` calls of `complete` fail. */
  failComplete(count: number): void;
  /** How many each call of `lease` asked for. */
  readonly limits: readonly number[];
  /** What each call of `lease` asked for, in full. */
  readonly asked: readonly Parameters<Jobs['lease']>[0][];
  /** What was said of how far jobs are, by claim. */
  readonly progressed: ReadonlyMap<string, readonly JobProgress[]>;
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
  const asked: Parameters<Jobs['lease']>[0][] = [];
  const progressed = new Map<string, JobProgress[]>();
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
    asked,
    progressed,
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
    async lease(request) {
      const { kinds, limit } = request;
      limits.push(limit);
      asked.push(request);
      const taken = ready.filter((job) => kinds.includes(job.kind)).slice(0, limit);
      for (const job of taken) ready.splice(ready.indexOf(job), 1);
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
    defer: (claim, deferredMs) => end(claim, { deferredMs }),
    async progress(claim, progress) {
      progressed.set(claim, [...(progressed.get(claim) ?? []), progress]);
      return held.has(claim);
    },
    onReady(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
  };
}
