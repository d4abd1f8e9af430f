import type { ClusterId, ConnectionId, ProductId, TenantId } from './tenancy.ts';

/** One step of a flow. Times are RFC 3339 in UTC with milliseconds. */
export type FlowStep =
  | { readonly step: 'accepted'; readonly at: string; readonly delivery: string; readonly connection: ConnectionId; readonly bytes: number }
  | { readonly step: 'unmatched'; readonly at: string; readonly delivery: string; readonly reason: string; readonly detail: string }
  | {
      readonly step: 'normalised';
      readonly at: string;
      readonly event: string;
      readonly type: string;
      readonly subject: string | null;
      /** The event that this one repeats, in a replay. */
      readonly replayOf?: string;
    }
  | { readonly step: 'resolved'; readonly at: string; readonly event: string; readonly tenant: TenantId; readonly project: string | null }
  | {
      readonly step: 'routed';
      readonly at: string;
      readonly event: string;
      readonly lane: string;
      readonly cluster: ClusterId;
      readonly product: ProductId;
    }
  | { readonly step: 'handled'; readonly at: string; readonly event: string; readonly lane: string; readonly attempts: number }
  | {
      readonly step: 'parked';
      readonly at: string;
      readonly event: string;
      readonly lane: string;
      readonly attempts: number;
      readonly error: string;
      readonly retryAt: string;
    }
  | {
      readonly step: 'dead-letter';
      readonly at: string;
      readonly event: string;
      readonly lane: string;
      readonly attempts: number;
      readonly error: string;
    }
  | { readonly step: 'job-enqueued'; readonly at: string; readonly event: string | null; readonly job: string; readonly kind: string }
  | { readonly step: 'discarded'; readonly at: string; readonly event: string; readonly lane: string; readonly reason: string }
  | {
      readonly step: 'job-done';
      readonly at: string;
      readonly event: string | null;
      readonly job: string;
      readonly kind: string;
      readonly attempts: number;
      readonly result: unknown;
    }
  | {
      readonly step: 'job-failed';
      readonly at: string;
      readonly event: string | null;
      readonly job: string;
      readonly kind: string;
      readonly attempts: number;
      readonly error: string;
      readonly final: boolean;
    };

/** Everything that one delivery caused, in the order of time. */
export interface Flow {
  readonly id: string;
  readonly steps: readonly FlowStep[];
  /** False while an entry, a parked entry or a job of this flow is still open. */
  readonly settled: boolean;
}

export interface EventSummary {
  readonly id: string;
  readonly flow: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string | null;
  readonly tenant: TenantId;
  readonly project: string | null;
  readonly time: string;
  readonly acceptedAt: string;
}

/** An event with what it carries. */
export interface EventDetail extends EventSummary {
  readonly region: string | null;
  readonly cause: string | null;
  /** The event that this one repeats; null for one of no replay. */
  readonly replayOf: string | null;
  readonly hop: number;
  readonly traceparent: string;
  readonly data: unknown;
}

/** A delivery as a connection brought it. `events` is how many were placed, `unmatched` how many were not; both 0 while it waits to be routed. */
export interface DeliverySummary {
  readonly id: string;
  readonly connection: ConnectionId;
  readonly bytes: number;
  readonly receivedAt: string;
  readonly routed: boolean;
  readonly events: number;
  readonly unmatched: number;
}

export interface UnmatchedSummary {
  readonly delivery: string;
  readonly connection: ConnectionId;
  readonly reason: string;
  readonly detail: string;
  readonly at: string;
}

/** `kind` tells a lane entry from a job; `error` is the last one seen. */
export interface DeadLetter {
  readonly kind: 'entry' | 'job';
  readonly id: string;
  readonly tenant: TenantId;
  readonly where: string;
  /** The event that it was to handle or whose handling asked for it; null for a job that no event asked for. */
  readonly event: string | null;
  readonly attempts: number;
  readonly error: string;
  readonly at: string;
}

/** Depth of one lane: how many entries wait, and the age of the oldest in milliseconds (0 when none waits). */
export interface LaneDepth {
  readonly lane: string;
  readonly tenant: TenantId;
  readonly product: ProductId;
  readonly waiting: number;
  readonly parked: number;
  readonly deadLetters: number;
  /** The cluster that the lane is with; null before its first delivery. */
  readonly cluster: ClusterId | null;
  /** The dead letter at which the lane stands still; null where it goes on. */
  readonly heldBy: string | null;
  /** Why the last delivery got the lane no further; null where it did. */
  readonly trouble: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; null on the last page. */
  readonly next: string | null;
}

export interface PageRequest {
  /** 1 to 200. */
  readonly limit: number;
  readonly cursor?: string;
  readonly tenant?: TenantId;
}

/**
 * Which events. `type` is exact or a prefix that ends in `.*`; `from` and `to` bound the time of routing, RFC 3339; `text` is looked for in the
 * data. A page is read from a bounded piece of the record, so it may hold fewer events than asked for, or none, and still have a next one.
 */
export interface EventFilter {
  readonly type?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  /** 3 to 100 characters; case does not matter. */
  readonly text?: string;
}

/** What people may ask of the record. All newest first. @throws SPINE_CURSOR_MALFORMED for a cursor that it did not give. */
export interface SpineQueries {
  /** By the id of a flow, a delivery, an event or a job; null where there is none. */
  flow(id: string): Promise<Flow | null>;
  events(request: PageRequest & EventFilter): Promise<Page<EventSummary>>;
  unmatched(request: PageRequest): Promise<Page<UnmatchedSummary>>;
  deadLetters(request: PageRequest): Promise<Page<DeadLetter>>;
  lanes(request: { tenant?: TenantId }): Promise<readonly LaneDepth[]>;
}
