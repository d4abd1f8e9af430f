import type { LaneEntry } from '@etis/contracts/lanes';
import type { ClusterId, ProductId, TenantId } from '@etis/contracts/tenancy';
import type { SystemDb } from '@etis/postgres';
import { type EventRow, platformEvent } from '../record/event-row.ts';
import type { LaneState } from './lane-state.ts';
import type { Partition } from './partitions.ts';
import type { Settlement } from './settlement.ts';
import { claimParkedSql, dueSql, heldSql, leaveSql, leftSql, loadSql, newHeadsSql, roundSql, settleParkedSql, stayedSql } from './sql.ts';

/** A turn that ended, with what came of it. */
export interface Ended {
  readonly lane: LaneState;
  readonly partition: Partition;
  readonly settlement: Settlement;
}

/** A turn that is to begin: its attempt is counted in the lane's progress already. */
interface Beginning {
  readonly lane: LaneState;
  readonly partition: Partition;
  readonly limit: number;
  /** Nothing that was routed after this, in epoch milliseconds. */
  readonly until: number | null;
  /** Whether its entries are known already. */
  readonly known: boolean;
}

/** What a round did: the entries that were read for each beginning turn, and the lanes that are not this dispatcher's any more. */
interface RoundDone {
  readonly entries: ReadonlyMap<string, readonly LaneEntry[]>;
  readonly lost: ReadonlySet<string>;
}

/** A parked entry whose attempt was counted; `nextMs` is when the lane's next one is due. */
interface ParkedClaim {
  readonly entry: LaneEntry;
  readonly attempts: number;
  readonly nextMs: number | null;
}

export interface ParkedStep {
  readonly position: bigint;
  readonly state: 'parked' | 'handled' | 'dead';
  readonly error: string | null;
  readonly outgoing: readonly string[] | undefined;
  readonly uncounted: boolean;
  readonly delayMs: number;
  readonly refusals: number;
  /** Keeps the whole lane waiting. */
  readonly laneDelayMs: number;
}

/** A lane as the record has it. */
export interface LoadedLane {
  readonly id: string;
  readonly name: string;
  readonly tenant: TenantId;
  readonly product: ProductId;
  readonly shard: number;
  readonly cluster: ClusterId | null;
  readonly generation: number;
  readonly head: bigint;
  readonly position: bigint;
  readonly attempts: number;
  readonly carefulUntil: bigint;
  readonly refusals: number;
  readonly heldAt: bigint | null;
  readonly trouble: string | null;
  readonly waitMs: number;
  readonly parkedMs: number | null;
}

/** The lanes as the dispatcher sees them. What it writes under a lease that was lost changes nothing, and says so. */
export interface LaneStore {
  round(ended: readonly Ended[], beginning: readonly Beginning[]): Promise<RoundDone>;
  /** Resolves to `lost` where the lease was lost, to null where nothing is due. */
  claimParked(lane: LaneState, partition: Partition): Promise<ParkedClaim | null | 'lost'>;
  /** Resolves to false where the lease was lost. */
  settleParked(lane: LaneState, partition: Partition, step: ParkedStep): Promise<boolean>;
  /** Counts the lane's generation up, before it leaves; null where the lease was lost. With the positions of what is parked in it. */
  beginLeaving(lane: LaneState, partition: Partition): Promise<{ readonly generation: number; readonly parked: readonly bigint[] } | null>;
  /** The lane could not leave yet, and waits. Resolves to false where the lease was lost. */
  stayed(lane: LaneState, partition: Partition, step: { refusals: number; trouble: string; delayMs: number }): Promise<boolean>;
  /** The lane goes to `to`, as far as the cluster that it leaves had got. */
  left(
    lane: LaneState,
    step: { partition: Partition; generation: number; to: ClusterId; position: bigint; handled: readonly bigint[] },
  ): Promise<boolean>;
  /** Lanes in which something waits: those of the clusters and of none yet, in the shards; or those named. */
  load(which: { clusters: readonly ClusterId[]; shards: readonly number[] } | { ids: readonly string[] }): Promise<readonly LoadedLane[]>;
  /** Lanes whose last entry is after `after`, by the shards. */
  heads(after: bigint, shards: readonly number[]): Promise<readonly { id: string; head: bigint; cluster: ClusterId | null }[]>;
  /** In how many milliseconds each lane's first parked entry is due. */
  due(): Promise<ReadonlyMap<string, number>>;
  /** Those of the lanes that do not stand still any more. */
  released(held: readonly string[]): Promise<readonly string[]>;
}

interface RoundRow extends EventRow {
  readonly lane_id: string;
  readonly lost: boolean;
  readonly position: string;
}

type LoadedRow = Omit<LoadedLane, 'head' | 'position' | 'carefulUntil' | 'heldAt'> & {
  readonly head: string;
  readonly position: string;
  readonly carefulUntil: string;
  readonly heldAt: string | null;
};

const optional = (value: bigint | null) => (value === null ? null : String(value));
const fence = ({ cluster, shard, token }: Partition) => [cluster, shard, token];

export function createLaneStore(options: {
  db: SystemDb;
  settings: { readonly batchCount: number; readonly batchBytes: number };
}): LaneStore {
  const { db, settings } = options;

  return {
    async round(ended, beginning) {
      // A lane that goes on at once stands in both; its progress is the one that the turn begins with.
      const steps = new Map<LaneState, { partition: Partition; delayMs: number | null }>();
      for (const { lane, partition, settlement } of ended) steps.set(lane, { partition, delayMs: settlement.delayMs });
      for (const { lane, partition } of beginning) steps.set(lane, { partition, delayMs: null });
      const partitions = [...new Set([...steps.values()].map(({ partition }) => partition))];
      const numbers = new Map(partitions.map((partition, index) => [partition, index + 1]));
      const lanes = [...steps];
      const handled = ended.flatMap(({ lane, settlement }) => (settlement.handled === undefined ? [] : [{ lane, ...settlement.handled }]));
      const asides = ended.flatMap(({ lane, settlement }) => (settlement.aside === undefined ? [] : [{ lane, ...settlement.aside }]));
      const reads = beginning.filter(({ known }) => !known);
      const rows = await db.statement<RoundRow>(roundSql, [
        partitions.map(({ cluster }) => cluster),
        partitions.map(({ shard }) => shard),
        partitions.map(({ token }) => token),
        lanes.map(([lane]) => lane.id),
        lanes.map(([, { partition }]) => numbers.get(partition)),
        lanes.map(([lane]) => String(lane.progress.position)),
        lanes.map(([lane]) => lane.progress.attempts),
        lanes.map(([lane]) => String(lane.progress.carefulUntil)),
        lanes.map(([lane]) => lane.progress.refusals),
        lanes.map(([, { delayMs }]) => delayMs),
        lanes.map(([lane]) => optional(lane.progress.heldAt)),
        lanes.map(([lane]) => lane.progress.trouble),
        handled.map(({ lane }) => lane.id),
        handled.map(({ from }) => String(from)),
        handled.map(({ to }) => String(to)),
        handled.map(({ attempts }) => attempts),
        handled.map(({ outgoing }) => (outgoing === undefined || outgoing.length === 0 ? null : `{${outgoing.join(',')}}`)),
        asides.map(({ lane }) => lane.id),
        asides.map(({ position }) => String(position)),
        asides.map(({ state }) => state),
        asides.map(({ attempts }) => attempts),
        asides.map(({ error }) => error),
        asides.map(({ delayMs }) => delayMs),
        reads.map(({ lane }) => lane.id),
        reads.map(({ lane }) => String(lane.progress.position)),
        reads.map(({ limit }) => limit),
        reads.map(({ until }) => until),
        settings.batchBytes,
      ]);
      const entries = new Map<string, LaneEntry[]>(reads.map(({ lane }) => [lane.id, []]));
      const lost = new Set<string>();
      for (const row of rows) {
        if (row.lost) lost.add(row.lane_id);
        else entries.get(row.lane_id)?.push({ position: BigInt(row.position), event: platformEvent(row) });
      }
      return { entries, lost };
    },

    async claimParked(lane, partition) {
      const [row] = await db.statement<EventRow & { owned: boolean; position: string | null; attempts: number; next_ms: number | null }>(
        claimParkedSql,
        [...fence(partition), lane.id],
      );
      if (row?.owned !== true) return 'lost';
      if (row.position === null) return null;
      return { entry: { position: BigInt(row.position), event: platformEvent(row) }, attempts: row.attempts, nextMs: row.next_ms };
    },

    async settleParked(lane, partition, step) {
      const rows = await db.statement(settleParkedSql, [
        ...fence(partition),
        lane.id,
        String(step.position),
        step.state,
        step.error,
        step.uncounted,
        step.refusals,
        step.laneDelayMs,
        step.delayMs,
        step.outgoing ?? null,
      ]);
      return rows.length > 0;
    },

    async beginLeaving(lane, partition) {
      const [row] = await db.statement<{ generation: number; parked: readonly string[] }>(leaveSql, [...fence(partition), lane.id]);
      return row === undefined ? null : { generation: row.generation, parked: row.parked.map(BigInt) };
    },

    async stayed(lane, partition, { refusals, trouble, delayMs }) {
      return (await db.statement(stayedSql, [...fence(partition), lane.id, refusals, trouble, delayMs])).length > 0;
    },

    async left(lane, { partition, generation, to, position, handled }) {
      const rows = await db.statement(leftSql, [
        ...fence(partition),
        lane.id,
        to,
        generation,
        String(position),
        handled.map(String),
        lane.progress.attempts,
      ]);
      return rows.length > 0;
    },

    async load(which) {
      const [clusters, shards, ids] = 'ids' in which ? [null, null, which.ids] : [which.clusters, which.shards, null];
      const rows = await db.statement<LoadedRow>(loadSql, [clusters, shards, ids, settings.batchCount]);
      return rows.map((row) => ({
        ...row,
        head: BigInt(row.head),
        position: BigInt(row.position),
        carefulUntil: BigInt(row.carefulUntil),
        heldAt: row.heldAt === null ? null : BigInt(row.heldAt),
      }));
    },

    async heads(after, shards) {
      const rows = await db.statement<{ id: string; head: string; cluster: ClusterId | null }>(newHeadsSql, [String(after), shards]);
      return rows.map((row) => ({ ...row, head: BigInt(row.head) }));
    },

    async due() {
      const rows = await db.statement<{ lane_id: string; ms: number }>(dueSql);
      return new Map(rows.map(({ lane_id: id, ms }) => [id, ms]));
    },

    async released(held) {
      const rows = await db.statement<{ lane_id: string }>(heldSql, [held]);
      return rows.map(({ lane_id: id }) => id);
    },
  };
}
