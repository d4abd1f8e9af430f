import type { JobLimits, Jobs, LeasedJob } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import type { Meter } from '@etis/contracts/telemetry';
import { backoff, createLoop, type Loop } from '@etis/kernel';
import type { JobKind } from './job-kind.ts';
import { type JobRun, startJobRun } from './job-run.ts';
import type { JobRestraint } from './restraint.ts';
import type { Threads } from './threads.ts';

const restAfterFailure = { base: 1_000, cap: 60_000 };

/** Kinds that share threads: leases as many of their jobs as there are free threads. */
export interface KindPool {
  readonly leasing: Loop;
  readonly running: ReadonlyMap<string, JobRun>;
  /** Ends what a directive kills, and looks again for what may be leased. */
  followDirectives(): void;
  close(): Promise<void>;
}

export function createKindPool(options: {
  name: string;
  kinds: readonly JobKind[];
  size: number;
  threads: Threads;
  jobs: Jobs;
  log: Log;
  leaseMs: number;
  abortMs: number;
  restraint: JobRestraint;
  meter: Meter;
}): KindPool {
  const { threads, jobs, log, size, leaseMs, abortMs, restraint, meter } = options;
  const kinds = new Map(options.kinds.map((kind) => [kind.kind, kind]));
  const limits = limitsOf(options.kinds);
  const running = new Map<string, JobRun>();
  let startFailures = 0;
  let restUntil = 0;

  /** A thread that cannot start is no job's fault, and what keeps one from starting rarely passes at once: the pool rests, longer each time. */
  function noteStart(started: boolean, cause: unknown): void {
    if (started) {
      if (startFailures > 0) log.info({ pool: options.name, failures: startFailures }, 'worker threads start again');
      startFailures = 0;
      return;
    }
    startFailures += 1;
    restUntil = Date.now() + backoff(startFailures, restAfterFailure);
    if (startFailures === 1)
      log.error({ pool: options.name, err: cause }, 'a worker thread cannot start; its jobs wait, and it is tried again');
  }

  function take(job: LeasedJob): void {
    const giveBackMs = restraint.begin(job);
    if (giveBackMs === null) {
      start(job);
      return;
    }
    jobs.defer(job.claim, giveBackMs).catch((error: unknown) => {
      log.warn({ job: job.id, err: error }, 'a job that a directive holds could not be given back; it comes back after its lease');
    });
  }

  function start(job: LeasedJob): void {
    const timeLimitMs = kinds.get(job.kind)?.timeLimitMs ?? leaseMs;
    const run = startJobRun({ job, timeLimitMs, threads, jobs, log, abortMs, restMs: () => Math.max(0, restUntil - Date.now()), meter });
    running.set(job.claim, run);
    void run.ended.then(({ started, cause }) => {
      running.delete(job.claim);
      noteStart(started, cause);
      leasing.wake();
    });
  }

  const leasing = createLoop({
    name: `workers ${options.name}`,
    log,
    idleMs: 1_000,
    async round() {
      const free = (startFailures > 0 ? 1 : size) - running.size;
      if (free <= 0 || Date.now() < restUntil) return false;
      const before = running.size;
      for (const order of restraint.orders([...kinds.keys()], free)) {
        const limit = Math.min(order.limit, free - (running.size - before));
        if (limit <= 0) break;
        for (const job of await jobs.lease({ ...order, limit, leaseMs, limits })) take(job);
      }
      return running.size > before && running.size < size;
    },
  });

  threads.warm();
  function followDirectives(): void {
    for (const run of running.values()) {
      const reason = restraint.killed(run.job);
      if (reason !== null) run.abort(`a directive killed it: ${reason}`);
    }
    leasing.wake();
  }

  return { leasing, running, followDirectives, close: () => threads.close() };
}

function limitsOf(kinds: readonly JobKind[]): Readonly<Record<string, JobLimits>> {
  return Object.fromEntries(kinds.flatMap(({ kind, limits }) => (limits === undefined ? [] : [[kind, limits]])));
}
