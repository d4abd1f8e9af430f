import type { TransportName } from '@etis/contracts/event-routing';
import type { Log } from '@etis/contracts/log';
import type { ClusterId } from '@etis/contracts/tenancy';
import { createLoop, type Loop } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import type { ChosenTransport } from '../transports/chosen-transport.ts';
import { type PartitionKey, partitionKey } from './lane-state.ts';

/** A part of a cluster's lanes that is owned here. */
export interface Partition {
  readonly key: PartitionKey;
  readonly cluster: ClusterId;
  readonly shard: number;
  /** Fences every write: it rises with each owner. */
  readonly token: string;
  /** Not wanted are those that others shall have: nothing new is begun in them, and they are given back. */
  wanted: boolean;
}

/** Which partitions are owned here. Each is owned by one dispatcher of all processes at a time; those who reach a cluster share its partitions. */
export interface Partitions extends Loop {
  get(key: PartitionKey): Partition | undefined;
  all(): Iterable<Partition>;
}

interface Row {
  readonly cluster: ClusterId;
  readonly shard: number;
  readonly token: string;
  readonly wanted: boolean;
}

const leaseSql = 'select cluster, shard, token, wanted from lane_partition_lease($1::uuid, $2, $3)';
/** Says over what this one delivers, and asks over what it shall. */
const transportSql = `
with told as (update dispatcher set node = $2, transport = $3, carries = $4, hosts = $5 where owner = $1::uuid)
select transport from event_routing`;
const releaseSql = `
update lane_partition p set owner = null, leased_until = null
from unnest($2::text[], $3::int[], $4::bigint[]) as g(cluster, shard, token)
where p.owner = $1::uuid and p.cluster = g.cluster and p.shard = g.shard and p.token = g.token`;
const leaveSql = 'delete from dispatcher where owner = $1::uuid';

/**
 * Renews at a third of `leaseMs`, by the database's clock, and takes its fair share of what has no owner. What could not be renewed for `leaseMs`
 * counts as lost here, whatever the record says. `onChange` is called with what came and what was lost; `isIdle` says whether nothing of a partition
 * is under way, so that it may be given back.
 */
export function createPartitions(options: {
  db: SystemDb;
  log: Log;
  owner: string;
  leaseMs: number;
  /** The process, as people know it. */
  node: string;
  transport: ChosenTransport;
  /** Called when the record chose another transport. */
  onChosen: () => void;
  reached: () => readonly ClusterId[];
  isIdle: (key: PartitionKey) => boolean;
  onChange: (change: { readonly gained: readonly Partition[]; readonly lost: readonly Partition[] }) => void;
}): Partitions {
  const { db, log, owner, leaseMs, node, transport, reached, isIdle, onChange } = options;
  let owned = new Map<PartitionKey, Partition>();
  let expiry: NodeJS.Timeout | undefined;

  function become(next: Map<PartitionKey, Partition>): void {
    const gained = [...next.values()].filter(({ key, token }) => owned.get(key)?.token !== token);
    const lost = [...owned.values()].filter(({ key, token }) => next.get(key)?.token !== token);
    owned = next;
    if (gained.length + lost.length > 0) onChange({ gained, lost });
  }

  async function release(given: readonly Partition[]): Promise<void> {
    const columns = [given.map(({ cluster }) => cluster), given.map(({ shard }) => shard), given.map(({ token }) => token)];
    await db.statement(releaseSql, [owner, ...columns]);
  }

  async function followTransport(): Promise<void> {
    const told = [node, transport.settled(), transport.carries(), transport.hosts()];
    const [row] = await db.statement<{ transport: TransportName }>(transportSql, [owner, ...told]);
    if (row === undefined || !transport.choose(row.transport)) return;
    log.info({ transport: row.transport }, 'batches go over another transport from now on');
    options.onChosen();
    loop.wake();
  }

  async function lease(): Promise<void> {
    const asked = performance.now();
    const rows = await db.statement<Row>(leaseSql, [owner, reached(), leaseMs]);
    clearTimeout(expiry);
    expiry = setTimeout(lapse, Math.max(0, asked + leaseMs - performance.now())).unref();
    const next = new Map(rows.map((row) => [partitionKey(row.cluster, row.shard), { ...row, key: partitionKey(row.cluster, row.shard) }]));
    become(next);
    const given = [...next.values()].filter(({ key, wanted }) => !wanted && isIdle(key));
    if (given.length === 0) return;
    const kept = new Map([...next].filter(([key]) => !given.some((one) => one.key === key)));
    become(kept);
    await release(given);
  }

  function lapse(): void {
    if (owned.size === 0) return;
    log.warn({ partitions: owned.size }, 'the leases of lanes could not be renewed in time; their turns end');
    become(new Map());
  }

  const loop = createLoop({
    name: 'spine dispatcher leases',
    log,
    idleMs: Math.ceil(leaseMs / 3),
    async round() {
      await lease();
      await followTransport();
      return false;
    },
  });

  return {
    ...loop,
    get: (key) => owned.get(key),
    all: () => owned.values(),
    /** Gives everything back, so that others need not wait for the leases to end. */
    async stop() {
      await loop.stop();
      clearTimeout(expiry);
      const given = [...owned.values()];
      become(new Map());
      try {
        await release(given);
        await db.statement(leaveSql, [owner]);
      } catch (error) {
        log.warn({ err: error }, 'the leases of lanes could not be given back; they end by themselves');
      }
    },
  };
}
