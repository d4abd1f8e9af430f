import type { ClusterId } from '@etis/contracts/tenancy';
import { backoff } from '@etis/kernel';
import { deliver } from './deliver.ts';
import type { LaneStore } from './lane-store.ts';
import { batchOf, type TurnOptions } from './ordered-turn.ts';
import type { Partition } from './partitions.ts';

/**
 * Takes a lane from the cluster that it was with to another: that cluster is asked how far it is, and refuses from then on what is still on its
 * way to it; the lane goes on after that at the other one. So nothing is lost, repeated or out of order, whatever had no outcome before. As long as the
 * cluster does not answer, the lane waits. Resolves to false where the lease was lost.
 */
export async function leaveTurn(options: TurnOptions & { store: LaneStore; partition: Partition; to: ClusterId }): Promise<boolean> {
  const { store, transport, log, settings, lane, cluster, partition, to, signal } = options;
  const begun = await store.beginLeaving(lane, partition);
  if (begun === null) return false;
  lane.generation = begun.generation;
  const delivered = await deliver(transport, batchOf(options, { mode: 'leave', entries: [], asks: begun.parked }), signal);
  const farewell = delivered.kind === 'answered' ? delivered.left : undefined;
  if (farewell === undefined) {
    const trouble = delivered.kind === 'answered' ? 'the cluster did not say how far it is' : delivered.error;
    const refusals = lane.progress.refusals + 1;
    const delayMs = backoff(refusals, settings.laneBackoff);
    lane.progress = { ...lane.progress, refusals, trouble };
    lane.waitUntil = performance.now() + delayMs;
    log.warn({ lane: lane.name, cluster, to, refusals, delayMs, error: trouble }, 'the lane cannot leave its cluster yet');
    return await store.stayed(lane, partition, { refusals, trouble, delayMs });
  }
  const { position, handled } = farewell;
  const kept = await store.left(lane, { partition, generation: begun.generation, to, position, handled });
  log.info({ lane: lane.name, from: cluster, to, position: String(position) }, 'the lane goes on at another cluster');
  // Its progress is what the record has now, and it may belong to another dispatcher.
  lane.stale = true;
  return kept;
}
