import { setTimeout as wait } from 'node:timers/promises';
import type { JobFailure, Jobs, LeasedJob } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import { backoff, createLoop, errorText, type MailConfig, type Service } from '@etis/kernel';
import type { DatabaseAccess } from '@etis/postgres';
import { Piscina } from 'piscina';
import { type JobKind, loadJobKind } from './job-kind.ts';
import type { RunOutcome, ThreadSetup } from './thread.ts';

export interface WorkersSettings {
  /** Threads, and so jobs at a time; default 4. */
  readonly threads: number;
  /** How long a job is held without a heartbeat, in milliseconds; default 15,000. A dead worker's jobs go on elsewhere after it. */
  readonly leaseMs: number;
  /** How long `stop` lets running jobs finish, in milliseconds; default 3,000. */
  readonly graceMs: number;
  /** Modules that export a `jobKind`; by default the platform's own. */
  readonly kinds: readonly URL[];
  /** What a thread may keep on its heap, in megabytes; default 256. A job that wants more ends its thread and fails. */
  readonly memoryMb: number;
  /** The log level of the threads; default `warn`. */
  readonly logLevel: string;
}

const defaults: WorkersSettings = {
  threads: 4,
  leaseMs: 15_000,
  graceMs: 3_000,
  kinds: [new URL('../kinds/email/email.ts', import.meta.url)],
  memoryMb: 256,
  logLevel: 'warn',
};

/** Tries of telling the queue how a job ended, before it is left to the end of its lease. */
const reportTries = 6;

interface Run {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Leases jobs and runs each in a thread of its own: a job that crashes, hangs or eats its memory takes nothing with it. Holds no state:
 * what it had leased when it died is leased again by another.
 */
export function createWorkers(options: {
  jobs: Jobs;
  access: DatabaseAccess;
  mail: MailConfig;
  log: Log;
  settings?: Partial<WorkersSettings>;
}): Service {
  const { jobs, access, mail, log } = options;
  const settings = { ...defaults, ...options.settings };
  const running = new Map<string, Run>();
  let kinds = new Map<string, JobKind>();
  let pool: Piscina | undefined;
  let forget: (() => void) | undefined;

  const leasing = createLoop({
    name: 'workers',
    log,
    idleMs: 1_000,
    async round() {
      const free = settings.threads - running.size;
      if (free <= 0 || pool === undefined) return false;
      const leased = await jobs.lease({ kinds: [...kinds.keys()], limit: free, leaseMs: settings.leaseMs });
      for (const job of leased) begin(job, pool);
      return leased.length > 0 && running.size < settings.threads;
    },
  });

  const heartbeat = createLoop({
    name: 'workers heartbeat',
    log,
    idleMs: settings.leaseMs / 3,
    async round() {
      if (running.size === 0) return false;
      const claims = [...running.keys()];
      const held = new Set(await jobs.heartbeat(claims, settings.leaseMs));
      for (const claim of claims) if (!held.has(claim)) running.get(claim)?.controller.abort(new Error('the lease was lost'));
      return false;
    },
  });

  function begin(job: LeasedJob, threads: Piscina): void {
    const controller = new AbortController();
    const ended = run(job, threads, controller.signal).finally(() => {
      running.delete(job.claim);
      leasing.wake();
    });
    running.set(job.claim, { controller, ended });
  }

  async function run(job: LeasedJob, threads: Piscina, lost: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(kinds.get(job.kind)?.timeLimitMs ?? settings.leaseMs);
    const outcome = await threads.run(job, { signal: AbortSignal.any([lost, limit]) }).then(
      (value: RunOutcome) => value,
      (error: unknown): RunOutcome => ({
        ok: false,
        class: 'retry',
        error: limit.aborted ? 'it took longer than its kind allows' : errorText(error),
      }),
    );
    if (!outcome.ok) log.warn({ job: job.id, kind: job.kind, attempt: job.attempt, reason: outcome.error }, 'a job failed');
    await report(job, () => (outcome.ok ? jobs.complete(job.claim, outcome.result) : jobs.fail(job.claim, failureOf(outcome))));
  }

  /** A job whose end could not be told runs again after its lease; its ledger keeps that without harm. */
  async function report(job: LeasedJob, tell: () => Promise<boolean>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        if (!(await tell())) log.warn({ job: job.id }, 'a job ended after its lease was lost; its end does not count');
        return;
      } catch (error) {
        if (tries === reportTries) {
          log.error({ job: job.id, err: error }, "a job's end could not be told; it runs again after its lease");
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, backoff(tries, { base: 100, cap: 2_000 })));
      }
    }
  }

  /** Leases nothing new and waits for what runs. */
  async function finish(): Promise<void> {
    await leasing.stop();
    await Promise.all([...running.values()].map(({ ended }) => ended));
    await heartbeat.stop();
  }

  return {
    name: 'workers',
    async start() {
      const modules = settings.kinds.map(({ href }) => href);
      kinds = new Map((await Promise.all(modules.map(loadJobKind))).map((kind) => [kind.kind, kind]));
      const setup: ThreadSetup = { modules, access, mail, logLevel: settings.logLevel };
      pool = new Piscina({
        filename: new URL('./thread.ts', import.meta.url).href,
        name: 'runJob',
        minThreads: 1,
        maxThreads: settings.threads,
        idleTimeout: 30_000,
        workerData: { setup },
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: settings.memoryMb },
        // An idle thread would otherwise be blocked: what a job left behind would fail in the middle of the next one.
        atomics: 'disabled',
      });
      // A thread that dies between two jobs is replaced; with nobody listening it would end this process.
      pool.on('error', (error) => log.warn({ err: error }, 'a worker thread ended between jobs'));
      forget = jobs.onReady(() => leasing.wake());
      await leasing.start();
      await heartbeat.start();
    },
    async stop() {
      forget?.();
      const grace = setTimeout(() => {
        for (const { controller } of running.values()) controller.abort(new Error('the worker stops'));
      }, settings.graceMs);
      // A queue that does not answer must not keep the platform from stopping: what it was not told runs again after its lease.
      await Promise.race([finish(), wait(settings.graceMs + 1_000, undefined, { ref: false })]);
      clearTimeout(grace);
      await pool?.destroy();
      pool = undefined;
    },
  };
}

function failureOf({ error, class: kind }: { error: string; class: JobFailure['class'] }): JobFailure {
  return { error, class: kind };
}
