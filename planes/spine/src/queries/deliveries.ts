import type { DeliverySummary } from '@etis/contracts/flow';
import type { SpineLookups } from '@etis/contracts/operations';
import type { SystemDb } from '@etis/postgres';
import { checkedLimit, decimal, decodeCursor, encodeCursor, pageOfPiece } from './page.ts';

interface Row {
  readonly position: string | null;
  readonly id: string;
  readonly connection_id: string;
  readonly bytes: number;
  readonly received_at: Date;
  readonly routed: boolean;
  readonly events: number;
  readonly unmatched: number;
  readonly piece_end: string | null;
  readonly piece_size: number;
}

const pieceSize = 20_000;

// Without an index by connection, which every append would pay for: a page looks through a bounded piece of the newest deliveries instead.
const sql = `
with piece as (
  select position, connection_id from inbox where $2::bigint is null or position < $2 order by position desc limit ${pieceSize}
), ending as (select min(position) as position, count(*)::int as size from piece), found as (
  select i.position, i.id, i.connection_id, octet_length(i.body) as bytes, i.received_at, not inbox_waits(i.position, i.connection_id) as routed,
    (select count(*)::int from event e where e.flow_id = i.id and e.delivery_id = i.id) as events,
    (select count(*)::int from unmatched u where u.delivery_id = i.id) as unmatched
  from (select position from piece where connection_id = $1 order by position desc limit $3) p join inbox i using (position)
)
select f.*, e.position as piece_end, e.size as piece_size from ending e left join found f on true order by f.position desc`;

export function createDeliveriesLookup(db: SystemDb): SpineLookups['deliveries'] {
  return async (request) => {
    const limit = checkedLimit(request);
    const [position] = decodeCursor('deliveries', request.cursor, [decimal]) ?? [];
    if (request.connection.includes('\0')) return { items: [], next: null };
    const rows = await db.statement<Row>(sql, [request.connection, position ?? null, limit + 1]);
    const end = (rows[0]?.piece_size ?? 0) < pieceSize ? null : (rows[0]?.piece_end ?? null);
    return pageOfPiece(
      rows.filter((row) => row.position !== null),
      limit,
      {
        item: summary,
        cursor: (row) => encodeCursor('deliveries', [row.position ?? '0']),
        end: end === null ? null : encodeCursor('deliveries', [end]),
      },
    );
  };
}

function summary({ id, connection_id: connection, bytes, received_at, routed, events, unmatched }: Row): DeliverySummary {
  return { id, connection, bytes, receivedAt: received_at.toISOString(), routed, events, unmatched };
}
