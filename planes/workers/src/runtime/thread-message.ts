import type { JobProgress, LeasedJob } from '@etis/contracts/jobs';
import type { DatabaseAccess } from '@etis/postgres';
import type { KindSettings } from './kind-settings.ts';

/** What a thread is started with; plain data. */
export interface ThreadSetup {
  readonly modules: readonly string[];
  readonly access: DatabaseAccess;
  readonly settings: KindSettings;
  readonly logLevel: string;
}

/** What a thread is told. */
export type Order = { readonly order: 'run'; readonly job: LeasedJob } | { readonly order: 'abort'; readonly reason: string };

/** What a thread tells: that it can be given a job, how far the job is, and how it ended. */
export type Notice =
  | { readonly notice: 'ready' }
  | { readonly notice: 'progress'; readonly progress: JobProgress }
  | { readonly notice: 'ended'; readonly outcome: RunOutcome };

/** How a run ended. Errors are told and not thrown, since what crosses a thread's border loses its type. `result` is JSON as text. */
export type RunOutcome =
  | { readonly end: 'done'; readonly result: string }
  | { readonly end: 'failed'; readonly error: string; readonly class: 'retry' | 'terminal'; readonly afterMs?: number }
  | { readonly end: 'deferred'; readonly ms: number; readonly reason: string };
