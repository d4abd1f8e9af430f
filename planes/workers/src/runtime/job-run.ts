import { setTimeout as delay } from 'node:timers/promises';
import type { JobFailure, Jobs, LeasedJob } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import type { Meter } from '@etis/contracts/telemetry';
import { backoff, errorText } from '@etis/kernel';
import type { RunOutcome } from './thread-message.ts';
import { ThreadStartFailure, type Threads } from './threads.ts';

/** Tries of telling the queue how a job ended, before it is left to the end of its lease. */
const reportTries = 6;

/** One leased job on its way. */
export interface JobRun {
  readonly job: LeasedJob;
  /** Resolves when it has ended and that was told, as far as it could be; never rejects. To whether a thread could be started for it. */
  readonly ended: Promise<{ readonly started: boolean; readonly cause?: unknown }>;
  /** Tells the job to end, and ends its thread where it does not. */
  abort(reason: string): void;
}

/** Runs a job in a thread, bounded in time, and tells the queue how it ended. */
export function startJobRun(options: {
  job: LeasedJob;
  timeLimitMs: number;
  threads: Threads;
  jobs: Jobs;
  log: Log;
  abortMs: number;
  /** How long a job waits whose thread cannot start, in milliseconds. */
  restMs: () => number;
  meter: Meter;
}): JobRun {
  const { job, jobs, log, meter } = options;
  const leasedAt = performance.now();
  let told: string | undefined;
  let begun = false;
  let limit: NodeJS.Timeout | undefined;
  let killer: NodeJS.Timeout | undefined;
  const run = options.threads.run(job, {
    // A new thread takes its time to start, and that is not the job's.
    onBegun() {
      begun = true;
      limit = setTimeout(() => abort('it took longer than its kind allows'), options.timeLimitMs);
    },
    onProgress(progress) {
      jobs.progress(job.claim, progress).catch((error: unknown) => log.debug({ job: job.id, err: error }, 'progress was not kept'));
    },
  });

  function abort(reason: string): void {
    if (told !== undefined) return;
    told = reason;
    // A job that has not begun is given back untried: there is nothing that could end in order.
    if (!begun) {
      run.kill();
      return;
    }
    run.abort(reason);
    killer = setTimeout(run.kill, options.abortMs);
  }

  async function outcome(): Promise<RunOutcome> {
    try {
      const ended = await run.outcome;
      // What a job says when it is told to end is about that, and not about what it was to do.
      return ended.end === 'failed' && ended.class === 'retry' && told !== undefined ? { ...ended, error: told } : ended;
    } catch (error) {
      if (error instanceof ThreadStartFailure) throw error;
      return { end: 'failed', class: 'retry', error: told ?? errorText(error).slice(0, 1_000) };
    } finally {
      clearTimeout(limit);
      clearTimeout(killer);
    }
  }

  function tell(ended: RunOutcome): Promise<boolean> {
    const { claim } = job;
    if (ended.end === 'done') return jobs.complete(claim, JSON.parse(ended.result));
    if (ended.end === 'deferred') return jobs.defer(claim, ended.ms);
    return jobs.fail(claim, failureOf(ended));
  }

  /** A job whose end could not be told runs again after its lease; its ledger keeps that without harm. */
  async function report(say: () => Promise<boolean>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        if (!(await say())) log.warn({ job: job.id }, 'a job ended after it was lost or cancelled; its end does not count');
        return;
      } catch (error) {
        if (tries === reportTries) {
          log.error({ job: job.id, err: error }, "a job's end could not be told; it runs again after its lease");
          return;
        }
        await delay(backoff(tries, { base: 100, cap: 2_000 }));
      }
    }
  }

  async function end(): Promise<{ started: boolean; cause?: unknown }> {
    try {
      const ended = await outcome();
      meter.work({
        work: `job/${job.kind}`,
        tenant: job.tenant,
        ms: performance.now() - leasedAt,
        failed: ended.end === 'failed',
        traces: [job.traceparent],
      });
      const about = { job: job.id, kind: job.kind, attempt: job.attempt };
      if (ended.end === 'failed') log.warn({ ...about, reason: ended.error }, 'a job failed');
      if (ended.end === 'deferred') log.debug({ ...about, reason: ended.reason, ms: ended.ms }, 'a job was given back');
      await report(() => tell(ended));
      return { started: true };
    } catch (error) {
      await report(() => jobs.defer(job.claim, told === undefined ? options.restMs() : 0));
      return { started: told !== undefined, cause: error instanceof Error ? (error.cause ?? error) : error };
    }
  }

  return { job, ended: end(), abort };
}

function failureOf(ended: RunOutcome & { end: 'failed' }): JobFailure {
  const { error, class: kind, afterMs } = ended;
  return { error, class: kind, ...(afterMs === undefined ? {} : { afterMs }) };
}
