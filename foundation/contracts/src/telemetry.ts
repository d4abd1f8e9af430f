import type { TenantId } from './tenancy.ts';

/** How a set of durations was, in milliseconds. */
export interface DurationSummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What one process says of itself for one interval. */
export interface ProcessSample {
  /** Share of one core, 0 to any number of cores. */
  readonly cpu: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** 99th percentile of the event loop's delay in the interval, milliseconds. */
  readonly eventLoopDelayMs: number;
}

/** A queue as its reader sees it: lanes of a cluster, jobs of a kind, the inbox ahead of the router. */
export interface QueueSample {
  readonly queue: string;
  readonly tenant: TenantId | null;
  readonly depth: number;
  /** Age of the oldest that waits, milliseconds. */
  readonly oldestMs: number;
}

/** Work that ended in the interval, by what did it and for whom. `busyMs` is the sum of the durations. */
export interface WorkSample {
  /** For example `handler/nudge`, `job/email`, `route`, `http`. */
  readonly work: string;
  readonly tenant: TenantId | null;
  readonly done: number;
  readonly failed: number;
  readonly busyMs: number;
  readonly durations: DurationSummary;
}

/** What a subscriber reports for one interval. A batch that was not taken is kept and sent again; `sequence` tells repeats apart. */
export interface TelemetryReport {
  readonly subscriber: string;
  readonly roles: readonly string[];
  readonly from: string;
  readonly until: string;
  readonly process: ProcessSample;
  readonly queues: readonly QueueSample[];
  readonly work: readonly WorkSample[];
  /** Reports that the bounded buffer had to give up since the last one that was taken. */
  readonly lost: number;
}

export interface TelemetryBatch {
  readonly sequence: number;
  readonly reports: readonly TelemetryReport[];
}

/** Work that ended. */
export interface WorkDone {
  readonly work: string;
  readonly tenant: TenantId | null;
  readonly ms: number;
  readonly failed: boolean;
  /** The W3C trace contexts of what it was about, one for each thing; none where it belongs to no trace. */
  readonly traces?: readonly string[];
}

/** Where handlers, jobs and requests say that they ended. Never throws, never waits, bounded. */
export interface Meter {
  work(done: WorkDone): void;
  /** Asked once per interval. */
  watchQueues(read: () => Promise<readonly QueueSample[]>): void;
}

/** Keeps nothing: for a part that nobody watches. */
export const unmetered: Meter = { work: () => undefined, watchQueues: () => undefined };

/** Carries a batch to the platform; false where it could not, and then it is kept. */
export interface TelemetrySink {
  send(batch: TelemetryBatch): Promise<boolean>;
}
