import { randomUUID } from 'node:crypto';
import { createThrottle } from '@etis/agent';
import type { Directives } from '@etis/contracts/directives';
import type { Governance } from '@etis/contracts/governance';
import type { Transport } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { ClusterId } from '@etis/contracts/tenancy';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { SpineSettings } from '../settings.ts';
import { createEligibility } from './eligibility.ts';
import { createLaneStore, type PendingLane } from './lane-store.ts';
import { createRestraint, type TurnBounds } from './restraint.ts';
import { orderedTurn, parkedTurn } from './turn.ts';

export interface Dispatcher extends Service {
  wake(): void;
}

interface Turn {
  readonly lane: PendingLane;
  readonly cluster: ClusterId;
  readonly control: AbortController;
  readonly ended: Promise<void>;
  token?: string;
  /** Whether a renewal has seen it before; most turns end sooner and cost no renewal. */
  old: boolean;
}

const pageSize = 100;

/**
 * Reads lanes in order and delivers their entries: one turn per lane at a time, least recently served lane first, bounded over all and per
 * cluster. Several processes may do so at once.
 *
 * What guarantees what: the lane's lease gives a lane to one dispatcher, and its token keeps one that lost the lease from recording anything.
 * It cannot keep that one from delivering late. Entries are delivered at least once and in order; that their effects are once and in order is
 * the cluster host's doing, which commits a lane's mark with the effects and skips what is at or below it.
 */
export function createDispatcher(options: {
  db: SystemDb;
  governance: Governance;
  directives: Directives;
  clock: Clock;
  reaches: (cluster: ClusterId) => boolean;
  transport: Transport;
  log: Log;
  settings: SpineSettings['dispatcher'];
}): Dispatcher {
  const { db, governance, directives, transport, reaches, log, settings } = options;
  const store = createLaneStore({ db, owner: randomUUID(), settings });
  const eligibility = createEligibility({ governance, reaches, log });
  const restraint = createRestraint({
    directives,
    throttle: createThrottle(directives, options.clock),
    batchCount: settings.batchCount,
    wake: () => loop.wake(),
  });
  const turns = new Map<string, Turn>();
  /** Lanes that the view lets nobody deliver. */
  const blocked = new Set<string>();
  /** Lanes whose last turn was a parked entry's, so that parked entries and new ones take turns. */
  const hadParked = new Set<string>();
  let blockedBy: unknown;
  let turnFailure: { error: unknown } | undefined;
  let unsubscribe: readonly (() => void)[] = [];

  async function takeTurn(turn: Turn, bounds: TurnBounds): Promise<void> {
    const { lane, cluster } = turn;
    const parked = lane.parked && !(lane.ordered && hadParked.has(lane.id));
    if (parked) hadParked.add(lane.id);
    else hadParked.delete(lane.id);
    const claim = await (parked ? store.claimParked(lane) : store.claimOrdered(lane, bounds));
    restraint.used({ lane, cluster, bounds, count: claim?.entries.length ?? 0 });
    if (!parked && claim?.entries.length === 0) restraint.finished(lane, bounds);
    if (claim === undefined) return;
    turn.token = claim.token;
    const timer = setTimeout(() => turn.control.abort(errors.DELIVERY_TIMEOUT(settings.deliverMs)), settings.deliverMs);
    try {
      const run = parked ? parkedTurn : orderedTurn;
      await run({ store, transport, log, settings, claim, cluster, signal: turn.control.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  function begin(lane: PendingLane, cluster: ClusterId, bounds: TurnBounds): void {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const turn: Turn = { lane, cluster, control: new AbortController(), ended, old: false };
    turns.set(lane.id, turn);
    takeTurn(turn, bounds)
      .catch((error: unknown) => {
        turnFailure = { error };
      })
      .finally(() => {
        turns.delete(lane.id);
        resolve();
        loop.wake();
      });
  }

  function inFlight(cluster: ClusterId): number {
    return [...turns.values()].filter((turn) => turn.cluster === cluster).length;
  }

  async function fillSlots(signal: AbortSignal): Promise<void> {
    const { version, clusterOf } = eligibility();
    if (blockedBy !== version) blocked.clear();
    blockedBy = version;
    const passed: string[] = [];
    while (turns.size < settings.inFlight && !signal.aborted) {
      const page = await store.pending([...turns.keys(), ...blocked, ...passed], pageSize);
      for (const lane of page) {
        if (turns.size >= settings.inFlight || signal.aborted) return;
        if (turns.has(lane.id)) continue;
        const cluster = clusterOf(lane);
        if (cluster === undefined) blocked.add(lane.id);
        else if (inFlight(cluster) >= settings.inFlightPerCluster) passed.push(lane.id);
        else {
          const allowed = restraint.allow(lane, cluster);
          if (allowed === null) passed.push(lane.id);
          else begin(allowed.lane, cluster, allowed.bounds);
        }
      }
      if (page.length < pageSize) return;
    }
  }

  const loop = createLoop({
    name: 'spine dispatcher',
    log,
    idleMs: settings.pollMs,
    async round(signal) {
      // A turn that could not record what it did makes the loop back off, instead of being taken again at once.
      const failure = turnFailure;
      turnFailure = undefined;
      if (failure !== undefined) throw failure.error;
      await fillSlots(signal);
      return false;
    },
  });

  const renewal = createLoop({
    name: 'spine dispatcher leases',
    log,
    idleMs: Math.ceil(settings.leaseMs / 3),
    async round() {
      const held = [...turns.values()].filter((turn) => turn.old && turn.token !== undefined);
      for (const turn of turns.values()) turn.old = true;
      if (held.length === 0) return false;
      const kept = await store.renew(held.flatMap(({ token }) => token ?? []));
      for (const turn of held) {
        if (!kept.has(turn.token ?? '')) turn.control.abort(errors.LEASE_LOST());
      }
      return false;
    },
  });

  function followDirectives(): void {
    for (const { lane, cluster, control } of turns.values()) {
      const killed = restraint.killed(lane, cluster);
      if (killed !== null) control.abort(errors.LANE_KILLED(killed));
    }
    loop.wake();
  }

  async function finishTurns(): Promise<void> {
    const ended = () => Promise.all([...turns.values()].map((turn) => turn.ended));
    const grace = setTimeout(() => {
      for (const turn of turns.values()) turn.control.abort(errors.STOPPING());
    }, settings.graceMs);
    await ended();
    clearTimeout(grace);
  }

  return {
    name: 'spine dispatcher',
    wake: () => loop.wake(),
    async start() {
      if (unsubscribe.length === 0) unsubscribe = [governance.subscribe(() => loop.wake()), directives.subscribe(followDirectives)];
      await renewal.start();
      await loop.start();
    },
    async stop() {
      for (const forget of unsubscribe) forget();
      unsubscribe = [];
      restraint.stop();
      await loop.stop();
      await finishTurns();
      await renewal.stop();
    },
  };
}
