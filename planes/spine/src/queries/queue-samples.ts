import type { QueueSample } from '@etis/contracts/telemetry';
import type { SystemDb } from '@etis/postgres';

/** How deep the spine's queues are, each asked by whoever reads from it. Depths stop counting at 10,000. */
export interface QueueSamples {
  /** The inbox ahead of the router, as `inbox`. */
  inbox(): Promise<readonly QueueSample[]>;
  /** Lanes in which something waits or is parked, as `lane/<product>`; at most 1,000, the longest waits first. */
  lanes(): Promise<readonly QueueSample[]>;
  /** Jobs that are due and nobody has, as `job/<kind>`, by tenant; at most 1,000, the longest waits first. */
  jobs(kinds: readonly string[] | null): Promise<readonly QueueSample[]>;
}

interface Row {
  readonly queue: string;
  readonly tenant: string | null;
  readonly depth: number;
  readonly oldest_ms: number;
}

const age = (column: string) => `greatest(0, extract(epoch from clock_timestamp() - ${column}) * 1000)::float8`;

const inboxSql = `
select 'inbox' as queue, null as tenant, count(*)::int as depth, coalesce(max(${age('received_at')}), 0) as oldest_ms
from (
  select i.received_at from inbox i
  where i.position > (select inbox_position from router_cursor) and inbox_waits(i.position, i.connection_id) order by i.position limit 10000
) ahead`;

const lanesSql = `
select 'lane/' || l.product as queue, l.tenant_id as tenant, w.depth, coalesce(${age('first.routed_at')}, 0) as oldest_ms
from lane l join lane_progress p on p.lane_id = l.id
  cross join lateral (
    select count(*)::int as depth, min(position) as position from (
      (select e.position from entry e where e.lane_id = l.id and e.position > p.position order by e.position limit 10000)
      union all
      (select k.position from parked k where k.lane_id = l.id and k.state = 'parked' limit 10000)
    ) n
  ) w
  left join event first on first.position = w.position
where w.depth > 0
order by oldest_ms desc limit 1000`;

const jobsSql = `
select 'job/' || kind as queue, tenant_id as tenant, count(*)::int as depth, max(${age('due_at')}) as oldest_ms
from (
  select kind, tenant_id, due_at from job
  where state = 'ready' and not waiting and leased_until is null and due_at <= clock_timestamp() and ($1::text[] is null or kind = any ($1))
  limit 10000
) due
group by kind, tenant_id order by oldest_ms desc limit 1000`;

export function createQueueSamples(db: SystemDb): QueueSamples {
  const read = async (sql: string, parameters: readonly unknown[] = []) =>
    (await db.statement<Row>(sql, parameters)).map(({ queue, tenant, depth, oldest_ms }) => ({
      queue,
      tenant,
      depth,
      oldestMs: oldest_ms,
    }));
  return {
    inbox: () => read(inboxSql),
    lanes: () => read(lanesSql),
    jobs: (kinds) => read(jobsSql, [kinds]),
  };
}
