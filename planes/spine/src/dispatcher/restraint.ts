import type { Throttle } from '@etis/agent';
import type { Directives } from '@etis/contracts/directives';
import type { ClusterId } from '@etis/contracts/tenancy';
import type { Lane } from './lane-state.ts';

/** What one turn may take: at most so many entries, and none that was routed after `until` (epoch milliseconds). */
export interface TurnBounds {
  readonly limit: number;
  readonly until: number | null;
}

/** What the directives in force leave of a lane's delivery. */
export interface Restraint {
  /**
   * What the lane may take now of so many entries that it wants; null where nothing. A drained lane that holds nothing more may have its parked entries
   * only, which `ordered` says. A turn that was allowed has to tell what it `used`.
   */
  allow(
    lane: Lane,
    turn: { cluster: ClusterId; wanted: number; parked: boolean },
  ): { readonly ordered: boolean; readonly bounds: TurnBounds } | null;
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
export function createRestraint(options: { directives: Directives; throttle: Throttle; wake: () => void }): Restraint {
  const { directives, throttle, wake } = options;
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
    allow(lane, { cluster, wanted, parked }) {
      const target = targetOf(lane, cluster);
      const verdict = directives.verdict(target);
      if (verdict === null) {
        drained.delete(lane.id);
        return { ordered: true, bounds: { limit: wanted, until: null } };
      }
      if (verdict.verb === 'kill' || verdict.verb === 'pause') return null;
      const until = verdict.verb === 'drain' ? verdict.since : null;
      const isEmpty = until !== null && drained.get(lane.id) === until;
      if (isEmpty && !parked) return null;
      const { granted, waitMs } = throttle.take(target, wanted);
      if (granted === 0) {
        wakeIn(waitMs);
        return null;
      }
      return { ordered: !isEmpty, bounds: { limit: granted, until } };
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
