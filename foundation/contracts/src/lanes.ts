import type { PlatformEvent } from './events.ts';
import type { ClusterId, ProductId, TenantId } from './tenancy.ts';

/** `<tenant>/<product>`: the ordered stream of one placement. It keeps its name when it moves to another cluster. */
export type LaneId = string;

export function laneId(tenant: TenantId, product: ProductId): LaneId {
  return `${tenant}/${product}`;
}

/** One event in one lane. `position` is a decimal bigint that rises within the lane (gaps are normal). */
export interface LaneEntry {
  readonly position: bigint;
  readonly event: PlatformEvent;
}

/**
 * What the dispatcher hands to a cluster: entries of one lane, in order.
 * `parked` is a single entry delivered out of order, after it had been set aside. `leave` has none: the lane goes to another cluster.
 */
export interface LaneBatch {
  readonly lane: LaneId;
  readonly tenant: TenantId;
  readonly product: ProductId;
  readonly cluster: ClusterId;
  readonly mode: 'ordered' | 'parked' | 'leave';
  /**
   * How often the lane has changed its cluster; absent is 0. Once a host has seen a higher one, it refuses the lane's batches of a lower one, which
   * some transport brings late.
   */
  readonly generation?: number;
  readonly entries: readonly LaneEntry[];
  /**
   * In mode `ordered`: the lane's position before these entries. Everything up to it was handled, parked or given up, and nothing lies
   * between it and the first entry. Without it the host takes the position just before the first entry, which is as safe and costs it a row
   * per batch wherever a lane's positions have gaps.
   */
  readonly after?: bigint;
  /** In mode `leave`: positions of entries that were set aside, of which the cluster is to say which it handled. */
  readonly asks?: readonly bigint[];
}

/** How far a cluster was with a lane that left it: its mark, and which of the entries that it was asked about it handled out of order. */
export interface LaneFarewell {
  readonly position: bigint;
  readonly handled: readonly bigint[];
}

/**
 * What the cluster answers. Entries before `failed` are committed; `failed` had no effect; what follows it was not tried.
 * Without `failed` everything is committed.
 */
export interface BatchOutcome {
  readonly handled: number;
  /** Ids of the jobs and events that handling asked for and that may not have reached the spine yet; absent where there are none. */
  readonly outgoing?: readonly string[];
  readonly failed?: {
    readonly position: bigint;
    readonly error: string;
    readonly retryable: boolean;
    /** The handler's own wish for the wait before the next attempt, in milliseconds. */
    readonly retryAfterMs?: number;
  };
  /** The answer to `leave`. */
  readonly left?: LaneFarewell;
}

/**
 * Carries entries from the dispatcher to a cluster, at least once, nothing more. A rejection means that the outcome is unknown
 * or the cluster cannot be reached: the dispatcher keeps the lane where it is and tries again.
 */
export interface Transport {
  deliver(batch: LaneBatch, signal: AbortSignal): Promise<BatchOutcome>;
}

/** What handles a cluster's batches at the host's end. */
export type HandleBatch = (batch: LaneBatch, signal: AbortSignal) => Promise<BatchOutcome>;

/**
 * The host's end of a transport that leaves the process. What `handle` resolves to acknowledges a batch, what it rejects with rejects it, and the
 * dispatcher's end learns of either. A batch may come more than once, also while it is being handled.
 */
export interface TransportReceiver {
  /** Receives what is published for a cluster, from `start` until `stop`, which lets what runs finish. */
  receive(cluster: ClusterId, handle: HandleBatch): { readonly name: string; start(): Promise<void>; stop(): Promise<void> };
}
