import { platformKinds } from './platform-kinds.ts';

export interface WorkersOptions {
  /** Threads that all light kinds share, and so jobs at a time; default 4. */
  readonly threads: number;
  /** Threads of each kind that names its own memory limit; default 2. */
  readonly heavyThreads: number;
  /** How long a job is held without a heartbeat, in milliseconds; default 5,000. A dead worker's jobs go on elsewhere after it. */
  readonly leaseMs: number;
  /** How long `stop` lets running jobs finish, in milliseconds; default 3,000. */
  readonly graceMs: number;
  /** How long a job that was told to end may take to do so before its thread is ended, in milliseconds; default 1,000. */
  readonly abortMs: number;
  /** How long a thread stays without anything to do, in milliseconds; default 30,000. */
  readonly idleMs: number;
  /** Until a new thread must be ready, in milliseconds; default 30,000. */
  readonly startMs: number;
  /** Modules that export a `jobKind`; by default the platform's own. */
  readonly kinds: readonly URL[];
  /** Names of the kinds that are leased here; by default all. */
  readonly only: readonly string[] | null;
  /** What a thread of the light kinds may keep on its heap, in megabytes; default 256. A job that wants more ends its thread and fails. */
  readonly memoryMb: number;
  /** The log level of the threads; default `warn`. */
  readonly logLevel: string;
}

const defaults: WorkersOptions = {
  threads: 4,
  heavyThreads: 2,
  leaseMs: 5_000,
  graceMs: 3_000,
  abortMs: 1_000,
  idleMs: 30_000,
  startMs: 30_000,
  kinds: platformKinds,
  only: null,
  memoryMb: 256,
  logLevel: 'warn',
};

export function workersOptions(overrides: Partial<WorkersOptions> = {}): WorkersOptions {
  return { ...defaults, ...overrides };
}
