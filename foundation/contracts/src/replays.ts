import type { Context } from './context.ts';
import type { EventSummary, Page, PageRequest } from './flow.ts';
import type { ClusterId, ConnectionId, ProductId, TenantId } from './tenancy.ts';

/** Which events are given to products once more. `from`, `flow` or `event` has to be there, so that nobody repeats everything by leaving something out. */
export interface ReplaySelection {
  /** RFC 3339: accepted at or after, and before. */
  readonly from?: string;
  readonly to?: string;
  readonly tenant?: TenantId;
  /** Exact, or a prefix that ends in `.*`. */
  readonly type?: string;
  /** A condition in CEL, as subscriptions have them. */
  readonly filter?: string;
  readonly flow?: string;
  readonly event?: string;
  /**
   * Reads the deliveries of this connection again, by today's adapter and mappings, and gives only what that makes different: with `from` and `to` alone.
   * An event that is changed comes as a new one that says what it repeats; the same content never twice.
   */
  readonly connection?: ConnectionId;
}

/** Into whose lanes; without either into those of today's subscribers. At most one of them. */
export interface ReplayTarget {
  /** This product's, whatever it subscribed to. */
  readonly product?: ProductId;
  /** Those of the tenants that are placed on this cluster, and its product's. */
  readonly cluster?: ClusterId;
}

export type ReplayState = 'running' | 'done' | 'cancelled' | 'failed';

export interface Replay {
  readonly id: string;
  readonly state: ReplayState;
  readonly selection: ReplaySelection;
  readonly target: ReplayTarget;
  readonly reason: string;
  /** Events a second at most, so that what arrives keeps its share. */
  readonly perSecond: number;
  /** How much of the record was looked through, from 0 to 1. */
  readonly progress: number;
  readonly replayed: number;
  /** Events that nobody takes today: their tenant is gone or suspended, or no placed product wants them. */
  readonly unplaced: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly error: string | null;
}

/** What a replay would do, found without doing it. */
export interface ReplayPreview {
  readonly events: number;
  readonly unplaced: number;
  readonly byType: readonly { readonly type: string; readonly events: number }[];
  readonly byLane: readonly { readonly lane: string; readonly events: number }[];
  /** The first of them. */
  readonly sample: readonly EventSummary[];
  /** For deliveries that are read again: what that makes different. */
  readonly differences?: {
    readonly deliveries: number;
    readonly changed: number;
    readonly added: number;
    /** Events that are not made any more; they stay in the record. */
    readonly gone: number;
    /** The first of them, with JSON Pointers to what is different. */
    readonly sample: readonly {
      readonly delivery: string;
      readonly event: string;
      readonly change: 'changed' | 'added' | 'gone';
      readonly paths: readonly string[];
    }[];
  };
  /** False where the record is so large that only its first part was looked through. */
  readonly complete: boolean;
}

export interface ReplayOrder {
  readonly selection: ReplaySelection;
  readonly target: ReplayTarget;
  readonly reason: string;
  /** 1 to 100,000; by default 1,000. */
  readonly perSecond?: number;
}

/**
 * Replays. An event that is repeated is a new event, with an id that follows from the replay's and its own, in the same flow, and says what it repeats
 * (`replayOf`); so handlers do their work for it, and the same replay never repeats one twice. Repeated ones are not repeated again.
 */
export interface Replays {
  /** @throws SPINE_REPLAY_MALFORMED, EVENT_FILTER_INVALID */
  preview(selection: ReplaySelection, target: ReplayTarget): Promise<ReplayPreview>;
  /** Begins; it goes on by itself, also after a crash. @throws SPINE_REPLAY_MALFORMED, EVENT_FILTER_INVALID, SPINE_REPLAY_EMPTY */
  start(context: Context, order: ReplayOrder): Promise<Replay>;
  list(request: PageRequest): Promise<Page<Replay>>;
  show(id: string): Promise<Replay | null>;
  /** What it has repeated stays. Resolves to false where it is unknown or over. */
  cancel(context: Context, id: string, reason: string): Promise<boolean>;
}
