import type { JobLimits, LeasedJob } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import type { TenantDb } from '@etis/postgres';
import type { Static, TSchema } from 'typebox';
import type { KindSettings } from './kind-settings.ts';

/** What may be done once in every `everyMs` milliseconds, over all workers of the installation; `key` is 1 to 200 characters. */
export interface PaceKey {
  readonly key: string;
  readonly everyMs: number;
}

/** What a job kind has at hand, inside its worker thread. */
export interface JobContext {
  readonly job: Omit<LeasedJob, 'payload'>;
  /** The workers' domain: the send ledger. */
  readonly db: TenantDb;
  readonly log: Log;
  /**
   * Aborted when the job is no longer this run's: it was cancelled, its lease was lost, its time is up or the worker stops. The thread is ended
   * shortly after it, so what else is running for the job (a child process, a request) has to end at once.
   */
  readonly signal: AbortSignal;
  readonly settings: KindSettings;
  /** Says how far the job is: `done` from 0 to 1 and a short note. Costs nothing to call often: at most one a second is passed on. Never throws. */
  progress(done: number, note: string): Promise<void>;
  /**
   * Takes the next turn of every key, over all workers of the installation and for the job's tenant alone. Waits here for a turn that comes in
   * less than 2 seconds. @throws Defer where it comes later; then no turn was taken
   */
  pace(keys: readonly PaceKey[]): Promise<void>;
}

/**
 * A kind of background work. Its module exports it as `jobKind`. `run` resolves to the job's result (JSON); throwing is tried again after a
 * back-off, a `TerminalFailure` is a dead letter at once. It may run again after any crash, so what it does outside needs a ledger.
 */
export interface JobKind {
  readonly kind: string;
  readonly schema: TSchema;
  /** After this the run is aborted, its thread ended and the attempt has failed; in milliseconds. */
  readonly timeLimitMs: number;
  /** What its threads may keep on their heap, in megabytes; it then has threads of its own. By default it shares threads with other light kinds. */
  readonly memoryMb?: number;
  readonly limits?: JobLimits;
  /** The part of the settings without which it cannot run; then it is not leased. */
  readonly needs?: keyof KindSettings;
  run(payload: unknown, context: JobContext): Promise<unknown>;
}

export function defineJobKind<const Schema extends TSchema>(
  definition: Omit<JobKind, 'schema' | 'run'> & {
    readonly schema: Schema;
    run(payload: Static<Schema>, context: JobContext): Promise<unknown>;
  },
): JobKind {
  return { ...definition, run: (payload, context) => definition.run(payload as Static<Schema>, context) };
}

/** What no further attempt can mend. */
export class TerminalFailure extends Error {
  override readonly name = 'TerminalFailure';
}

/** A failure that counts as an attempt; the next one comes after the usual back-off and not before `ms` milliseconds. */
export class RetryAfter extends Error {
  override readonly name = 'RetryAfter';
  readonly ms: number;

  constructor(ms: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.ms = ms;
  }
}

/** Gives the job back untried for `ms` milliseconds: nothing failed, it is not its turn. */
export class Defer extends Error {
  override readonly name = 'Defer';
  readonly ms: number;

  constructor(ms: number, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.ms = ms;
  }
}

/** The job kind that a module exports. @throws where it exports none */
export async function loadJobKind(module: string): Promise<JobKind> {
  const { jobKind } = (await import(module)) as { jobKind?: JobKind };
  if (jobKind === undefined) throw new TypeError(`${module} exports no jobKind`);
  return jobKind;
}
