import type { SpineQueries } from '@etis/contracts/flow';
import type { SystemDb } from '@etis/postgres';

interface Row {
  readonly name: string;
  readonly tenant_id: string;
  readonly product: string;
  readonly waiting: number;
  readonly parked: number;
  readonly dead: number;
  readonly cluster: string | null;
  readonly held_at: string | null;
  readonly trouble: string | null;
}

// Counting stops at 100,000 for each lane: past that the number helps nobody, and asking for it must not hurt.
const sql = `
select l.name, l.tenant_id, l.product,
  (select count(*)::int from (select from entry e where e.lane_id = l.id and e.position > p.position limit 100000) w) as waiting,
  coalesce(k.parked, 0) as parked, coalesce(k.dead, 0) as dead, p.cluster, p.held_at, p.trouble
from lane l join lane_progress p on p.lane_id = l.id
  left join (
    select lane_id, count(*) filter (where state = 'parked')::int as parked, count(*) filter (where state = 'dead')::int as dead
    from parked where state in ('parked', 'dead') group by lane_id
  ) k on k.lane_id = l.id
where $1::text is null or l.tenant_id = $1
order by l.name`;

export function createLanesQuery(db: SystemDb): SpineQueries['lanes'] {
  return async ({ tenant }) => {
    if (tenant?.includes('\0')) return [];
    const rows = await db.statement<Row>(sql, [tenant ?? null]);
    return rows.map((row) => ({
      lane: row.name,
      tenant: row.tenant_id,
      product: row.product,
      waiting: row.waiting,
      parked: row.parked,
      deadLetters: row.dead,
      cluster: row.cluster,
      heldBy: row.held_at === null ? null : `${row.name}:${row.held_at}`,
      trouble: row.trouble,
    }));
  };
}
