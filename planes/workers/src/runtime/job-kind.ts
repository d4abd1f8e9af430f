import type { LeasedJob } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import type { MailConfig } from '@etis/kernel';
import type { TenantDb } from '@etis/postgres';
import type { Static, TSchema } from 'typebox';

/** What a job kind has at hand, inside its worker thread. */
export interface JobContext {
  readonly job: Omit<LeasedJob, 'payload'>;
  /** The workers' domain: the send ledger. */
  readonly db: TenantDb;
  readonly mail: MailConfig;
  readonly log: Log;
}

/**
 * A kind of background work. Its module exports it as `jobKind`. `run` resolves to the job's result (JSON); throwing is tried again after a
 * back-off, a `TerminalFailure` is a dead letter at once. It may run again after any crash, so what it does outside needs a ledger.
 */
export interface JobKind {
  readonly kind: string;
  readonly schema: TSchema;
  /** After this the thread is ended and the attempt has failed; in milliseconds. */
  readonly timeLimitMs: number;
  run(payload: unknown, context: JobContext): Promise<unknown>;
}

export function defineJobKind<const Schema extends TSchema>(definition: {
  kind: string;
  schema: Schema;
  timeLimitMs: number;
  run(payload: Static<Schema>, context: JobContext): Promise<unknown>;
}): JobKind {
  return { ...definition, run: (payload, context) => definition.run(payload as Static<Schema>, context) };
}

/** What no further attempt can mend. */
export class TerminalFailure extends Error {
  override readonly name = 'TerminalFailure';
}

/** The job kind that a module exports. @throws where it exports none */
export async function loadJobKind(module: string): Promise<JobKind> {
  const { jobKind } = (await import(module)) as { jobKind?: JobKind };
  if (jobKind === undefined) throw new TypeError(`${module} exports no jobKind`);
  return jobKind;
}
