import type { Throttle } from '@etis/agent';
import type { Directives } from '@etis/contracts/directives';
import type { ClusterId } from '@etis/contracts/tenancy';
import type { ClaimBounds, Lane, PendingLane } from './lane-store.ts';

/** What one turn may take. */
export type TurnBounds = ClaimBounds;

/** What the directives in force leave of a lane's delivery. */
export interface Restraint {
  /** What of the lane may have its turn now, and within which bounds; null where nothing may. A turn that was allowed has to tell what it `used`. */
  allow(lane: PendingLane, cluster: ClusterId): { readonly lane: PendingLane; readonly bounds: TurnBounds } | null;
  /** A turn took so many entries of what it was allowed. */
  used(turn: { lane: Lane; cluster: ClusterId; bounds: TurnBounds; count: number }): void;
  /** A drained lane had nothing left of what it held. */
  finished(lane: Lane, bounds: TurnBounds): void;
  /** Why what is running has to end; null where it may go on. */
  killed(lane: Lane, cluster: ClusterId): string | null;
  stop(): void;
}

/**
 * Kill and pause start no turn, drain takes what was routed before it took effect and parked entries, throttle bounds the entries. `wake` is called
 * when a throttled lane may go on.
 */
export function createRestraint(options: { directives: Directives; throttle: Throttle; batchCount: number; wake: () => void }): Restraint {
  const { directives, throttle, batchCount, wake } = options;
  /** Lanes that a drain has emptied, with the moment up to which. */
  const drained = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let wakeAt = Number.POSITIVE_INFINITY;

  function targetOf({ tenant, product }: Lane, cluster: ClusterId) {
    return { tenant, product, cluster };
  }

  function wakeIn(ms: number): void {
    const at = performance.now() + ms;
    if (at >= wakeAt) return;
    clearTimeout(timer);
    wakeAt = at;
    timer = setTimeout(() => {
      wakeAt = Number.POSITIVE_INFINITY;
      wake();
    }, ms).unref();
  }

  return {
    allow(lane, cluster) {
      const target = targetOf(lane, cluster);
      const verdict = directives.verdict(target);
      if (verdict === null) {
        drained.delete(lane.id);
        return { lane, bounds: { limit: batchCount, until: null } };
      }
      if (verdict.verb === 'kill' || verdict.verb === 'pause') return null;
      const until = verdict.verb === 'drain' ? verdict.since : null;
      const isEmpty = until !== null && drained.get(lane.id) === until;
      if (isEmpty && !lane.parked) return null;
      const { granted, waitMs } = throttle.take(target, batchCount);
      if (granted === 0) {
        wakeIn(waitMs);
        return null;
      }
      return { lane: isEmpty ? { ...lane, ordered: false } : lane, bounds: { limit: granted, until } };
    },
    used({ lane, cluster, bounds, count }) {
      if (count < bounds.limit) throttle.giveBack(targetOf(lane, cluster), bounds.limit - count);
    },
    finished(lane, { until }) {
      if (until !== null) drained.set(lane.id, until);
    },
    killed(lane, cluster) {
      const verdict = directives.verdict(targetOf(lane, cluster));
      return verdict?.verb === 'kill' ? verdict.reason : null;
    },
    stop() {
      clearTimeout(timer);
      wakeAt = Number.POSITIVE_INFINITY;
      drained.clear();
    },
  };
}
