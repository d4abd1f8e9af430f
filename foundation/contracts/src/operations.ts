import type { Context } from './context.ts';
import type { EventRouting } from './event-routing.ts';
import type { DeliverySummary, EventDetail, Page, PageRequest } from './flow.ts';
import type { JobDetail, JobState, JobSummary, Schedules } from './jobs.ts';
import type { LaneId } from './lanes.ts';
import type { Replays } from './replays.ts';
import type { ConnectionId, ProductId, TenantId } from './tenancy.ts';

/** What became of a bulk order: how many it changed, and whether its limit left some behind. */
export interface BulkResult {
  readonly changed: number;
  readonly more: boolean;
}

/**
 * What people may do to the record. Each change is audited with its actor in the transaction that makes it. Methods that change nothing,
 * because the thing is not there or not in a state for it, resolve to false and leave no audit row.
 */
export interface SpineOperations {
  /** Gives a dead letter its attempts back; `id` as `SpineQueries.deadLetters` shows it. */
  redrive(context: Context, id: string): Promise<boolean>;
  /** Closes a dead letter for good; it stays visible in its flow. */
  discard(context: Context, id: string, reason: string): Promise<boolean>;
  /** Redrives up to `limit` (1 to 1,000) dead letters, the oldest first. `where` is a lane or a job kind. */
  redriveAll(context: Context, selection: { tenant?: TenantId; where?: string; limit: number }): Promise<BulkResult>;
  /**
   * Routes what is unmatched of a delivery again, by the view of now. What was routed before is not repeated. Resolves to how many events
   * found a place and how many still have none; null where the delivery has nothing unmatched.
   */
  replayUnmatched(context: Context, delivery: string): Promise<{ readonly placed: number; readonly unmatched: number } | null>;
  /** The same for up to `limit` (1 to 1,000) unmatched deliveries, the oldest first. */
  replayAllUnmatched(context: Context, selection: { connection?: ConnectionId; reason?: string; limit: number }): Promise<BulkResult>;
  /**
   * Takes a lane that is placed elsewhere from a cluster that is gone for good; `lane` is `<tenant>/<product>`. What that cluster handled and could
   * not say any more is handled again. @throws SPINE_LANE_AT_HOME where it is placed on the cluster that it is with
   */
  detachLane(context: Context, lane: LaneId, reason: string): Promise<boolean>;
  /** A job that nobody holds ends at once; one that is held loses its lease, and its worker is told at its next heartbeat. */
  cancelJob(context: Context, id: string): Promise<boolean>;
  readonly schedules: Schedules;
  readonly eventRouting: EventRouting;
  readonly replays: Replays;
  /** Gives up what is unmatched of a delivery; its bytes stay. Resolves to false where nothing of it is. */
  discardUnmatched(context: Context, delivery: string, reason: string): Promise<boolean>;
  /** The same for up to `limit` (1 to 1,000) unmatched deliveries, the oldest first. */
  discardAllUnmatched(
    context: Context,
    selection: { connection?: ConnectionId; why?: string; limit: number; reason: string },
  ): Promise<BulkResult>;
}

/** How large the record is, and may be. */
export interface RecordFill {
  readonly bytes: number;
  /** Past this it takes nothing new; null where nothing bounds it. */
  readonly bound: number | null;
  /** Null before it was measured for the first time. */
  readonly measuredAt: string | null;
}

/** One kind of row of the record. */
export interface RecordTable {
  readonly name: string;
  /** With indexes and large values. */
  readonly bytes: number;
  /** Counted where the table is small, otherwise as the database estimates. */
  readonly rows: number;
  /** Of the events that are kept; null while there are none. */
  readonly bytesPerEvent: number | null;
}

/** What the record takes, and how long it is kept. */
export interface RecordState extends RecordFill {
  readonly events: number;
  readonly deliveries: number;
  readonly bytesPerEvent: number | null;
  /** From when on everything is kept. Of what came before, what is still needed: waiting, parked, dead letters, unmatched. */
  readonly keptSince: string;
  readonly keepDays: number;
  readonly unmatchedDays: number;
  readonly digestDays: number;
  /** When the oldest slice will be as old as it may get; null while there is only the one that is written to. */
  readonly nextDropAt: string | null;
  /** The slices that are whole, the oldest first. */
  readonly slices: readonly { readonly number: number; readonly beganAt: string }[];
  readonly tables: readonly RecordTable[];
}

/** Look-ups that belong to operating and not to following one flow. Newest first. */
export interface SpineLookups {
  jobs(request: PageRequest & { kind?: string; state?: JobState }): Promise<Page<JobSummary>>;
  job(id: string): Promise<JobDetail | null>;
  /** What a connection brought lately, with what became of it; never a body. */
  deliveries(request: PageRequest & { connection: ConnectionId }): Promise<Page<DeliverySummary>>;
  event(id: string): Promise<EventDetail | null>;
  record(): Promise<RecordState>;
}

/** What waits behind an order that stops work. */
export interface SpineBacklog {
  /** How many jobs wait or run, counted up to 10,000; `product` is the one that they report to. */
  openJobs(selection: { tenant?: TenantId; kind?: string; product?: ProductId }): Promise<number>;
}
