import { randomUUID } from 'node:crypto';
import { createThrottle } from '@etis/agent';
import type { Directives } from '@etis/contracts/directives';
import type { Governance } from '@etis/contracts/governance';
import type { LaneEntry } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { ProductId } from '@etis/contracts/tenancy';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { SpineSettings } from '../settings.ts';
import type { ChosenTransport } from '../transports/chosen-transport.ts';
import { createEligibility } from './eligibility.ts';
import { createLaneAhead, type LaneAddition } from './lane-ahead.ts';
import { createLaneMirror, type LaneMirror } from './lane-mirror.ts';
import { type PartitionKey, partitionKey } from './lane-state.ts';
import { createLaneStore, type Ended } from './lane-store.ts';
import { leaveTurn } from './leave-turn.ts';
import { orderedTurn } from './ordered-turn.ts';
import { parkedTurn } from './parked-turn.ts';
import { createPartitions, type Partitions } from './partitions.ts';
import { createRestraint } from './restraint.ts';
import type { OnFailure } from './settlement.ts';
import { createTurnQueue, type Pick } from './turn-queue.ts';

export interface Dispatcher extends Service {
  wake(): void;
  /** Tells what lanes got in this process, which needs not be read back. */
  added(additions: readonly LaneAddition[]): void;
}

const roundsAtOnce = 2;

interface Turn {
  readonly pick: Pick;
  readonly control: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Reads lanes in order and delivers their entries: one turn per lane at a time, fair across tenants, bounded over all and per cluster. Several
 * processes share the lanes by partitions.
 *
 * What guarantees what: a partition's lease gives its lanes to one dispatcher, and its token keeps one that lost the lease from recording anything.
 * It cannot keep that one from delivering late. Entries are delivered at least once and in order; that their effects are once and in order is
 * the cluster host's doing, which commits a lane's mark with the effects, skips what is at or below it, and refuses what is of an older generation.
 *
 * All turns that ended and all that begin share one statement and one commit; while it runs, others end and wait for the next.
 */
export function createDispatcher(options: {
  db: SystemDb;
  governance: Governance;
  directives: Directives;
  clock: Clock;
  /** By default every product's lanes go on past an entry that failed. */
  onFailure?: (product: ProductId) => OnFailure;
  transport: ChosenTransport;
  /** The process, as people know it. */
  node: string;
  log: Log;
  settings: SpineSettings['dispatcher'];
}): Dispatcher {
  const { db, governance, directives, transport, node, log, settings } = options;
  const onFailure = options.onFailure ?? (() => 'set-aside');
  const store = createLaneStore({ db, settings });
  const eligibility = createEligibility({ governance, transport, log });
  const ahead = createLaneAhead({ batchBytes: settings.batchBytes, maxBytes: settings.aheadBytes });
  const turns = new Set<Turn>();
  const rounds = new Set<Promise<void>>();
  /** Turns that were picked, and the record does not know of yet. */
  let claiming = 0;
  let settled: Ended[] = [];
  let turnFailure: { error: unknown } | undefined;
  let unsubscribe: readonly (() => void)[] = [];
  let stopping = false;
  let isRunning = false;

  const restraint = createRestraint({
    directives,
    throttle: createThrottle(directives, options.clock),
    wake: () => queue.reconsider(),
  });
  const queue = createTurnQueue({ eligibility, mirror: () => mirror, restraint, settings, wake: () => loop.wake() });
  const partitions: Partitions = createPartitions({
    db,
    log,
    owner: randomUUID(),
    leaseMs: settings.leaseMs,
    node,
    transport,
    onChosen: followPlacements,
    reached: () => [...eligibility().reached],
    isIdle,
    onChange({ gained, lost }) {
      for (const partition of lost) {
        for (const { pick, control } of turns) if (pick.partition.key === partition.key) control.abort(errors.LEASE_LOST());
        for (const id of mirror.forget(partition)) ahead.forget(id);
      }
      if (gained.length > 0) mirror.search();
    },
  });
  const mirror: LaneMirror = createLaneMirror({
    store,
    log,
    pollMs: settings.pollMs,
    partitions,
    homeOf: (lane) => lane.cluster ?? eligibility().clusterOf(lane),
    onPending(lane) {
      queue.add(lane);
      loop.wake();
    },
    onPoll: () => queue.reconsider(),
  });

  function isIdle(key: PartitionKey): boolean {
    if (settled.some(({ partition }) => partition.key === key)) return false;
    for (const { pick } of turns) if (partitionKey(pick.partition.cluster, pick.partition.shard) === key) return false;
    return true;
  }

  /** Runs a turn that the record knows of; what it comes to is written with the next round. */
  function begin(pick: Pick, run: (signal: AbortSignal) => Promise<number>): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn: Turn = { pick, control: new AbortController(), ended: promise };
    turns.add(turn);
    const timer = setTimeout(() => turn.control.abort(errors.DELIVERY_TIMEOUT(settings.deliverMs)), settings.deliverMs);
    const killed = restraint.killed(pick.lane, pick.cluster);
    if (killed !== null) turn.control.abort(errors.LANE_KILLED(killed));
    run(turn.control.signal)
      .catch((error: unknown) => {
        turnFailure = { error };
        mirror.doubt(pick.lane);
        return 0;
      })
      .then((count) => {
        clearTimeout(timer);
        turns.delete(turn);
        queue.ended(pick, count);
        resolve();
        if (pick.lane.stale) mirror.wake();
        loop.wake();
      });
  }

  function beginOrdered(pick: Pick, entries: readonly LaneEntry[]): void {
    const { lane, cluster, partition } = pick;
    lane.hadParked = false;
    if (entries.length === 0) restraint.finished(lane, pick.bounds);
    begin(pick, async (signal) => {
      const turn = { transport, log, settings, lane, cluster, entries, onFailure: onFailure(lane.product), signal };
      const settlement = await orderedTurn(turn);
      lane.progress = settlement.progress;
      lane.waitUntil = settlement.delayMs === null ? 0 : performance.now() + settlement.delayMs;
      if (
        settlement.aside?.state === 'parked' &&
        settlement.progress.heldAt === null &&
        settlement.progress.position >= settlement.aside.position
      ) {
        const due = performance.now() + settlement.aside.delayMs;
        lane.parkedDue = Math.min(lane.parkedDue ?? due, due);
      }
      if (partitions.get(partition.key)?.token === partition.token) settled.push({ lane, partition, settlement });
      return entries.length;
    });
  }

  function beginApart(pick: Pick): void {
    const { lane, cluster, partition, to } = pick;
    begin(pick, async (signal) => {
      const turn = { store, transport, log, settings, lane, cluster, partition, signal };
      const kept = pick.kind === 'parked' ? await parkedTurn(turn) : await leaveTurn({ ...turn, to });
      if (!kept) mirror.doubt(lane);
      return 1;
    });
  }

  /** How many entries of the turn need not be read. When they were routed is not known here, so a drained lane reads. */
  function countAhead({ lane, bounds }: Pick): number {
    return bounds.until === null ? ahead.count(lane.id, lane.progress.position, bounds.limit) : 0;
  }

  /** Writes what ended and gets the entries of what begins, in one statement. */
  async function writeRound(ended: readonly Ended[], picks: readonly Pick[]): Promise<void> {
    for (const { lane } of picks) lane.progress = { ...lane.progress, attempts: lane.progress.attempts + 1 };
    const counts = new Map(picks.map((pick) => [pick, countAhead(pick)]));
    const beginning = picks.map((pick) => ({
      lane: pick.lane,
      partition: pick.partition,
      ...pick.bounds,
      known: (counts.get(pick) ?? 0) > 0,
    }));
    for (const { lane } of ended) lane.writing = true;
    const done = await store.round(ended, beginning).catch((error: unknown) => {
      // Whether it was written is not known: the record says.
      for (const { lane } of ended) lane.writing = false;
      for (const { lane } of ended) mirror.doubt(lane);
      for (const pick of picks) {
        mirror.doubt(pick.lane);
        queue.ended(pick, 0);
      }
      throw error;
    });
    for (const { lane } of ended) {
      lane.writing = false;
      if (done.lost.has(lane.id)) mirror.doubt(lane);
      else queue.add(lane);
    }
    for (const pick of picks) {
      const { lane } = pick;
      lane.cluster ??= pick.cluster;
      if (!done.lost.has(lane.id)) {
        const { position } = lane.progress;
        beginOrdered(pick, done.entries.get(lane.id) ?? ahead.take(lane.id, position, counts.get(pick) ?? 0));
        continue;
      }
      mirror.doubt(lane);
      queue.ended(pick, 0);
    }
  }

  /** Resolves to whether there was anything to do. */
  async function round(): Promise<boolean> {
    const ended = settled;
    settled = [];
    const picks: Pick[] = [];
    while (!stopping && turns.size + claiming + picks.length < settings.inFlight) {
      const pick = queue.next();
      if (pick === undefined) break;
      picks.push(pick);
    }
    const ordered = picks.filter(({ kind }) => kind === 'ordered');
    const apart = picks.filter(({ kind }) => kind !== 'ordered');
    claiming += picks.length;
    try {
      if (ended.length + ordered.length > 0) await writeRound(ended, ordered);
    } finally {
      claiming -= picks.length;
      for (const pick of apart) beginApart(pick);
    }
    return ended.length + picks.length > 0;
  }

  /** Begins a round beside the one that is under way: while the database works on the one, turns of the other run here. */
  function beginRound(): void {
    if (rounds.size >= roundsAtOnce) return;
    const running = round()
      .catch((error: unknown) => {
        turnFailure = { error };
        return true;
      })
      .then((worked) => {
        rounds.delete(running);
        if (worked) loop.wake();
      });
    rounds.add(running);
  }

  const loop = createLoop({
    name: 'spine dispatcher',
    log,
    idleMs: settings.pollMs,
    async round() {
      // A turn that could not record what it did makes the loop back off, instead of being taken again at once.
      const failure = turnFailure;
      turnFailure = undefined;
      if (failure !== undefined) throw failure.error;
      beginRound();
      return false;
    },
  });

  function followDirectives(): void {
    for (const { pick, control } of turns) {
      const killed = restraint.killed(pick.lane, pick.cluster);
      if (killed !== null) control.abort(errors.LANE_KILLED(killed));
    }
    queue.reconsider();
  }

  function followPlacements(): void {
    partitions.wake();
    mirror.search();
    for (const lane of mirror.all()) queue.add(lane);
    queue.reconsider();
  }

  async function finishTurns(): Promise<void> {
    const grace = setTimeout(() => {
      for (const turn of turns) turn.control.abort(errors.STOPPING());
    }, settings.graceMs);
    await Promise.all(rounds);
    await Promise.all([...turns].map((turn) => turn.ended));
    clearTimeout(grace);
    if (settled.length === 0) return;
    const ended = settled;
    settled = [];
    await writeRound(ended, []).catch((error: unknown) => log.warn({ err: error }, 'what the last turns came to could not be recorded'));
  }

  return {
    name: 'spine dispatcher',
    wake: () => mirror.wake(),
    added(additions) {
      if (!isRunning) return;
      for (const addition of additions) {
        const head = addition.entries.at(-1)?.position;
        if (head === undefined) continue;
        if (mirror.grown(addition.laneId, head)) ahead.add(addition);
      }
    },
    async start() {
      stopping = false;
      isRunning = true;
      if (unsubscribe.length === 0) unsubscribe = [governance.subscribe(followPlacements), directives.subscribe(followDirectives)];
      await partitions.start();
      await mirror.start();
      await loop.start();
    },
    async stop() {
      stopping = true;
      isRunning = false;
      for (const forget of unsubscribe) forget();
      unsubscribe = [];
      restraint.stop();
      await loop.stop();
      await finishTurns();
      queue.stop();
      await mirror.stop();
      await partitions.stop();
    },
  };
}
