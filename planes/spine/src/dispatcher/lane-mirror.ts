import type { Log } from '@etis/contracts/log';
import { createLoop, type Loop } from '@etis/kernel';
import { type LaneState, partitionKey } from './lane-state.ts';
import type { LaneStore, LoadedLane } from './lane-store.ts';
import type { Partition, Partitions } from './partitions.ts';

/** The owned lanes in memory: what has changed in the record is looked for when it is woken, and at the latest after `pollMs`. */
export interface LaneMirror extends Loop {
  /** The partition under which the lane is owned here; undefined where it is not. */
  partitionOf(lane: LaneState): Partition | undefined;
  all(): Iterable<LaneState>;
  /** Reads the lane again before anything more is done with it. */
  doubt(lane: LaneState): void;
  /** Looks for lanes that have come to this dispatcher: partitions that it gained, or lanes that left another cluster. */
  search(): void;
  /** A lane's last entry is at `head` now. Tells whether the lane is in memory; where it is not, it is looked for. */
  grown(id: string, head: bigint): boolean;
  /** Forgets the lanes of a partition that was lost, and tells which. */
  forget(partition: Partition): readonly string[];
}

/** For so long after a change of the placements lanes are looked for that have left their cluster. */
const movingMs = 60_000;
/** Without any hint, they are looked for so often. */
const searchMs = 10_000;

export function createLaneMirror(options: {
  store: LaneStore;
  log: Log;
  pollMs: number;
  partitions: Partitions;
  /** The cluster whose partition the lane belongs to: where it is, or where it is placed before its first delivery. */
  homeOf: (lane: Pick<LaneState, 'name' | 'id' | 'tenant' | 'product' | 'cluster'>) => string | undefined;
  /** Called with each lane that may have something to deliver. */
  onPending: (lane: LaneState) => void;
  /** Called after `pollMs`: what held lanes back may have ended without a word. */
  onPoll: () => void;
}): LaneMirror {
  const { store, log, pollMs, partitions, homeOf, onPending, onPoll } = options;
  const lanes = new Map<string, LaneState>();
  /** The last entry's position of all lanes, as far as it was seen. Positions are given, and become visible, in rising order over all lanes. */
  let seen = 0n;
  let searching = true;
  let searchUntil = 0;
  let searchedAt = 0;
  let polledAt = 0;

  function partitionOf(lane: Pick<LaneState, 'name' | 'id' | 'tenant' | 'product' | 'cluster' | 'shard'>): Partition | undefined {
    const home = homeOf(lane);
    return home === undefined ? undefined : partitions.get(partitionKey(home, lane.shard));
  }

  function take(loaded: LoadedLane): void {
    if (partitionOf(loaded) === undefined) return;
    const known = lanes.get(loaded.id);
    // What runs here knows better than what was read while it ran.
    if (known !== undefined && (known.busy || known.writing || !known.stale)) return;
    const { position, attempts, carefulUntil, refusals, heldAt, trouble, waitMs, parkedMs, ...lane } = loaded;
    const now = performance.now();
    const state: LaneState = known ?? {
      ...lane,
      progress: emptyProgress,
      waitUntil: 0,
      parkedDue: null,
      hadParked: false,
      busy: false,
      writing: false,
      stale: false,
      gone: false,
      msPerEntry: 0,
    };
    state.cluster = lane.cluster;
    state.generation = lane.generation;
    if (lane.head > state.head) state.head = lane.head;
    state.progress = { position, attempts, carefulUntil, refusals, heldAt, trouble };
    state.waitUntil = now + waitMs;
    state.parkedDue = parkedMs === null ? null : now + parkedMs;
    state.stale = false;
    lanes.set(state.id, state);
    onPending(state);
  }

  function drop(lane: LaneState): void {
    lane.gone = true;
    lanes.delete(lane.id);
  }

  function shards(): readonly number[] {
    return [...new Set([...partitions.all()].map(({ shard }) => shard))];
  }

  async function search(): Promise<void> {
    searching = false;
    searchedAt = performance.now();
    const clusters = [...new Set([...partitions.all()].map(({ cluster }) => cluster))];
    if (clusters.length === 0) return;
    for (const lane of await store.load({ clusters, shards: shards() })) take(lane);
  }

  async function readAgain(): Promise<void> {
    const stale = [...lanes.values()].filter((lane) => lane.stale && !lane.busy && !lane.writing);
    if (stale.length > 0) await loadThese(stale.map(({ id }) => id));
  }

  async function loadThese(ids: readonly string[]): Promise<void> {
    const found = await store.load({ ids });
    for (const lane of found) take(lane);
    // One that went to another cluster is somebody else's now.
    for (const { id } of found) {
      const known = lanes.get(id);
      if (known?.stale && !known.busy && !known.writing) drop(known);
    }
  }

  async function followHeads(): Promise<void> {
    const clusters = new Set([...partitions.all()].map(({ cluster }) => cluster));
    const found = await store.heads(seen, shards());
    const unknown: string[] = [];
    for (const { id, head, cluster } of found) {
      if (head > seen) seen = head;
      const lane = lanes.get(id);
      if (lane === undefined) {
        if (cluster === null || clusters.has(cluster)) unknown.push(id);
        continue;
      }
      if (head > lane.head) lane.head = head;
      onPending(lane);
    }
    if (unknown.length > 0) await loadThese(unknown);
  }

  async function followParked(): Promise<void> {
    polledAt = performance.now();
    const due = await store.due();
    const now = performance.now();
    for (const [id, ms] of due) {
      const lane = lanes.get(id);
      if (lane === undefined || lane.busy) continue;
      lane.parkedDue = now + ms;
      onPending(lane);
    }
    onPoll();
    const held = [...lanes.values()].filter((lane) => lane.progress.heldAt !== null);
    if (held.length === 0) return;
    for (const id of await store.released(held.map(({ id }) => id))) {
      const lane = lanes.get(id);
      if (lane !== undefined) lane.stale = true;
    }
    await readAgain();
  }

  const loop = createLoop({
    name: 'spine dispatcher lanes',
    log,
    idleMs: pollMs,
    async round() {
      const now = performance.now();
      if (shards().length === 0) return false;
      await readAgain();
      await followHeads();
      if (searching || now - searchedAt > searchMs || (now < searchUntil && now - searchedAt >= pollMs)) await search();
      if (now - polledAt >= pollMs) await followParked();
      return false;
    },
  });

  return {
    ...loop,
    partitionOf,
    all: () => lanes.values(),
    doubt(lane) {
      lane.stale = true;
      loop.wake();
    },
    search() {
      searching = true;
      searchUntil = performance.now() + movingMs;
      loop.wake();
    },
    grown(id, head) {
      const lane = lanes.get(id);
      if (lane === undefined) {
        loop.wake();
        return false;
      }
      if (head > lane.head) lane.head = head;
      onPending(lane);
      return true;
    },
    forget(partition) {
      const gone = [...lanes.values()].filter((lane) => lane.shard === partition.shard && homeOf(lane) === partition.cluster);
      for (const lane of gone) drop(lane);
      return gone.map(({ id }) => id);
    },
  };
}

const emptyProgress = { position: 0n, attempts: 0, carefulUntil: 0n, refusals: 0, heldAt: null, trouble: null };
