import type { SpineQueries } from '@etis/contracts/flow';
import type { SystemDb } from '@etis/postgres';
import { checkedLimit, decimal, decodeCursor, encodeCursor, pageOf } from './page.ts';

interface Row {
  readonly kind: 'entry' | 'job';
  readonly id: string;
  readonly tenant_id: string;
  readonly place: string;
  readonly event_id: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly at: Date;
  readonly micros: string;
}

// The cursor holds microseconds, as the rows do: milliseconds would skip or repeat rows of the same one.
const sql = `
with dead as (
  select 'entry' as kind, l.name || ':' || k.position as id, l.tenant_id, l.name as place, ev.id as event_id, k.attempts, k.error, k.closed_at as at
  from parked k join lane l on l.id = k.lane_id join event ev on ev.position = k.position
  where k.state = 'dead'
  union all
  select 'job', j.id::text, j.tenant_id, j.kind, j.cause_id, j.attempts, j.error, j.updated_at from job j where j.state = 'dead'
), marked as (
  select d.*, (extract(epoch from d.at) * 1000000)::bigint as micros from dead d where $1::text is null or d.tenant_id = $1
)
select * from marked
where $2::bigint is null or (micros, id collate "C") < ($2::bigint, $3::text collate "C")
order by micros desc, id collate "C" desc limit $4`;

export function createDeadLettersQuery(db: SystemDb): SpineQueries['deadLetters'] {
  return async (request) => {
    const limit = checkedLimit(request);
    const [micros, id] = decodeCursor('dead-letters', request.cursor, [decimal, /^[a-z0-9/:-]{1,200}$/]) ?? [];
    if (request.tenant?.includes('\0')) return { items: [], next: null };
    const rows = await db.statement<Row>(sql, [request.tenant ?? null, micros ?? null, id ?? null, limit + 1]);
    return pageOf(rows, limit, {
      item: (row) => ({
        kind: row.kind,
        id: row.id,
        tenant: row.tenant_id,
        where: row.place,
        event: row.event_id,
        attempts: row.attempts,
        error: row.error ?? '',
        at: row.at.toISOString(),
      }),
      cursor: (row) => encodeCursor('dead-letters', [row.micros, row.id]),
    });
  };
}
