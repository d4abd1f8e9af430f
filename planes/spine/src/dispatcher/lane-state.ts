import type { ClusterId, ProductId, TenantId } from '@etis/contracts/tenancy';

export interface Lane {
  readonly id: string;
  readonly name: string;
  readonly tenant: TenantId;
  readonly product: ProductId;
}

/** How far a lane is, as the record has it. Whoever owns the lane's partition is the only one to change it. */
export interface Progress {
  /** Every entry up to here is handled, parked or dead. */
  readonly position: bigint;
  /** Deliveries from this position that were begun and gave no outcome; counted before each one. */
  readonly attempts: number;
  /** Up to here entries go one by one, because a batch that ended here gave no outcome. */
  readonly carefulUntil: bigint;
  /** How often in a row the cluster could not be reached; says nothing about an entry. */
  readonly refusals: number;
  /** The dead letter at which the lane stands still until it is redriven or discarded; null where it does not. */
  readonly heldAt: bigint | null;
  /** Why the last delivery got the lane no further. */
  readonly trouble: string | null;
}

/** A lane as its dispatcher holds it in memory. Moments are those of `performance.now()`. */
export interface LaneState extends Lane {
  readonly shard: number;
  /** The cluster that the lane is with; null before its first delivery. */
  cluster: ClusterId | null;
  generation: number;
  /** The last entry's position. */
  head: bigint;
  progress: Progress;
  /** Not before this moment. */
  waitUntil: number;
  /** When the first parked entry is due; null where none is parked. */
  parkedDue: number | null;
  /** Whether the last turn was a parked entry's, so that parked entries and new ones take turns. */
  hadParked: boolean;
  /** Whether a turn of it is under way. */
  busy: boolean;
  /** What its last turn came to is being written. */
  writing: boolean;
  /** What is in memory may not be what the record has; it has to be read again. */
  stale: boolean;
  /** It is not this dispatcher's any more. */
  gone: boolean;
  /** What an entry has taken lately, in milliseconds. */
  msPerEntry: number;
}

/** `<cluster>/<shard>`: the part of a cluster's lanes that one dispatcher owns at a time. */
export type PartitionKey = string;

export function partitionKey(cluster: ClusterId, shard: number): PartitionKey {
  return `${cluster}/${shard}`;
}
