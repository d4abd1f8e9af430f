import type { Context } from './context.ts';
import type { ClusterId } from './tenancy.ts';

/** What batches can go over: `direct` calls the hosts of the same process, `bullmq` reaches hosts anywhere over Redis. */
export const transportNames = ['direct', 'bullmq'] as const;
export type TransportName = (typeof transportNames)[number];

/** Over what batches go, and how far a change of it is. */
export interface EventRoutingState {
  readonly transport: TransportName;
  /** RFC 3339. */
  readonly changedAt: string;
  /** Whether every dispatcher delivers over `transport` and nothing is on its way over another. */
  readonly settled: boolean;
  /** Those at work, in the order of their names. */
  readonly dispatchers: readonly {
    /** The process that it runs in. */
    readonly node: string;
    /** Over what everything that it has under way goes; null while batches go over two. */
    readonly transport: TransportName | null;
    /** What it could deliver and its hosts could receive over at the moment. */
    readonly carries: readonly TransportName[];
    /** The clusters that its process hosts. */
    readonly hosts: readonly ClusterId[];
  }[];
}

/** The row "event routing" of the evolution matrix, which can be changed while events arrive. */
export interface EventRouting {
  show(): Promise<EventRoutingState>;
  /**
   * From now on batches go over `transport`; those under way end over the one before. Lanes keep their positions and their order. Resolves to false,
   * and changes nothing, where it is so already.
   * @throws SPINE_TRANSPORT_NOT_CARRIED where the process of a host could not take part
   */
  choose(context: Context, transport: TransportName, reason: string): Promise<boolean>;
}
