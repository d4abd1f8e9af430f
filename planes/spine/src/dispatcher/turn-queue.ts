import type { ClusterId } from '@etis/contracts/tenancy';
import type { SpineSettings } from '../settings.ts';
import type { Eligibility } from './eligibility.ts';
import { type Answer, createFairQueue } from './fair-queue.ts';
import type { LaneMirror } from './lane-mirror.ts';
import type { LaneState } from './lane-state.ts';
import type { Partition } from './partitions.ts';
import type { Restraint, TurnBounds } from './restraint.ts';

/** A turn that a lane may have now: `leave` where it goes to another cluster. */
export interface Pick {
  readonly lane: LaneState;
  readonly partition: Partition;
  /** Where it is delivered to; with `leave` the cluster that it leaves, and `to` the one that it goes to. */
  readonly cluster: ClusterId;
  readonly kind: 'ordered' | 'parked' | 'leave';
  readonly to: ClusterId;
  readonly bounds: TurnBounds;
}

/** Whose turn it is: of the lanes in which something waits, fair across tenants, within what directives and the clusters' bounds leave. */
export interface TurnQueue {
  /** Looks at the lane when turns are given out; does nothing where it is busy. */
  add(lane: LaneState): void;
  /** Looks again at lanes that something held back. */
  reconsider(): void;
  next(): Pick | undefined;
  /** The turn ended, having delivered so many entries. */
  ended(pick: Pick, count: number): void;
  stop(): void;
}

function isFree({ busy, writing, stale, gone }: LaneState): boolean {
  return !busy && !writing && !stale && !gone;
}

/** Whether a parked entry of the lane is due, and whether it has entries that may be delivered in order. */
function waitingIn({ parkedDue, head, progress }: LaneState, now: number): { readonly due: boolean; readonly hasNew: boolean } {
  return { due: parkedDue !== null && parkedDue <= now, hasNew: head > progress.position && progress.heldAt === null };
}

/** A turn shall not take much longer than this, so that a slow handler keeps neither its tenant's order to pause nor other tenants waiting. */
const turnMs = 1_000;

export function createTurnQueue(options: {
  eligibility: () => Eligibility;
  mirror: () => LaneMirror;
  restraint: Restraint;
  settings: SpineSettings['dispatcher'];
  wake: () => void;
}): TurnQueue {
  const { eligibility, mirror, restraint, settings, wake } = options;
  const queue = createFairQueue<LaneState>({
    keyOf: (lane) => lane.tenant,
    groupOf: homeOf,
    isOpen: (cluster) => (underWay.get(cluster) ?? 0) < settings.inFlightPerCluster,
    weightOf: (lane) => eligibility().weightOf(homeOf(lane)),
    quantum: settings.batchCount,
  });
  const underWay = new Map<ClusterId, number>();
  /** Lanes that were passed over for a reason that something else ends. */
  const heldBack = new Set<LaneState>();
  const timers = new Map<LaneState, NodeJS.Timeout>();

  /** The cluster whose turns the lane's count among; empty where there is none. */
  function homeOf(lane: LaneState): ClusterId {
    return lane.cluster ?? eligibility().clusterOf(lane) ?? '';
  }

  /** Comes back to the lane at that moment, or at an earlier one that it has been told before. */
  function comeBack(lane: LaneState, at: number): void {
    clearTimeout(timers.get(lane));
    const timer = setTimeout(
      () => {
        timers.delete(lane);
        add(lane);
        wake();
      },
      Math.min(Math.max(1, Math.ceil(at - performance.now())), 2 ** 30),
    );
    timers.set(lane, timer.unref());
  }

  function add(lane: LaneState): void {
    heldBack.delete(lane);
    if (isFree(lane)) queue.add(lane);
  }

  function wantedOf({ progress, msPerEntry }: LaneState): number {
    if (progress.attempts > 0 || progress.position < progress.carefulUntil) return 1;
    if (msPerEntry === 0) return settings.batchCount;
    return Math.max(1, Math.min(settings.batchCount, Math.floor(turnMs / msPerEntry)));
  }

  /** Whether the lane may have a turn now: not if nothing waits in it, if it waits itself, or if something but a directive holds it back. */
  function answerTo(lane: LaneState, now: number): Answer {
    const { due, hasNew } = waitingIn(lane, now);
    if (!isFree(lane)) return 'drop';
    if (lane.waitUntil > now) {
      if (hasNew || lane.parkedDue !== null) comeBack(lane, lane.waitUntil);
      return 'drop';
    }
    if (!due && lane.parkedDue !== null) comeBack(lane, lane.parkedDue);
    if (!due && !hasNew) return 'drop';
    const places = eligibility();
    const partition = mirror().partitionOf(lane);
    const to = places.clusterOf(lane);
    const cluster = lane.cluster ?? to;
    if (to === undefined || cluster === undefined || partition?.wanted !== true || !places.reached.has(cluster)) {
      heldBack.add(lane);
      return 'drop';
    }
    return 'take';
  }

  /** The turn of a lane whose turn it is, as far as directives allow; undefined where they do not. */
  function pickOf(lane: LaneState, now: number): Pick | undefined {
    const { due, hasNew } = waitingIn(lane, now);
    const partition = mirror().partitionOf(lane);
    const to = eligibility().clusterOf(lane);
    const cluster = lane.cluster ?? to;
    if (partition === undefined || to === undefined || cluster === undefined) return undefined;
    if (cluster !== to) return { lane, partition, cluster, to, kind: 'leave', bounds: { limit: 1, until: null } };
    const allowed = restraint.allow(lane, { cluster, wanted: wantedOf(lane), parked: due });
    if (allowed === null) return undefined;
    const { bounds } = allowed;
    const ordered = hasNew && allowed.ordered;
    if (due && !(ordered && lane.hadParked)) return { lane, partition, cluster, to, kind: 'parked', bounds };
    if (ordered) return { lane, partition, cluster, to, kind: 'ordered', bounds };
    restraint.used({ lane, cluster, bounds, count: 0 });
    return undefined;
  }

  return {
    add,
    reconsider() {
      for (const lane of [...heldBack]) add(lane);
      wake();
    },
    next() {
      const now = performance.now();
      for (;;) {
        const lane = queue.take((candidate) => answerTo(candidate, now), settings.batchCount);
        if (lane === undefined) return undefined;
        const pick = pickOf(lane, now);
        if (pick !== undefined) {
          lane.busy = true;
          underWay.set(pick.cluster, (underWay.get(pick.cluster) ?? 0) + 1);
          return pick;
        }
        queue.paid(lane, { expected: settings.batchCount, real: 0 });
        heldBack.add(lane);
      }
    },
    ended({ lane, cluster, bounds, kind }, count) {
      lane.busy = false;
      underWay.set(cluster, (underWay.get(cluster) ?? 1) - 1);
      queue.paid(lane, { expected: settings.batchCount, real: Math.max(1, count) });
      if (kind !== 'leave') restraint.used({ lane, cluster, bounds, count });
      add(lane);
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
