import type { SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { ReplaySelection } from '@etis/contracts/replays';
import type { SystemDb } from '@etis/postgres';
import type { DeliveryRow } from '../record/delivery-row.ts';
import { type EventRow, eventColumns } from '../record/event-row.ts';
import type { RoutingTable } from '../router/routing-table.ts';
import { type Difference, readAgain } from './read-again.ts';
import type { Bounds } from './replay-store.ts';

const boundsSql = `
select min(position) as first, max(position) as last from inbox
where connection_id = $1 and ($2::timestamptz is null or received_at >= $2) and ($3::timestamptz is null or received_at < $3)`;
const pieceSql = `
with piece as (select position from inbox where position > $4 and position <= $5 order by position limit $6)
select (select max(position) from piece) as until, i.position, i.id, i.connection_id, i.source, i.headers, i.body, i.traceparent, i.received_at
from (select) one left join (select n.* from piece p join inbox n using (position)) i
  on i.connection_id = $1 and ($2::timestamptz is null or i.received_at >= $2) and ($3::timestamptz is null or i.received_at < $3)
order by i.position`;
const storedSql = `
select ev.delivery_id, ${eventColumns} from event ev
where ev.flow_id = any ($1::uuid[]) and ev.delivery_id = any ($1::uuid[]) and ev.replay_of is null`;
const knownSql = 'select id from event where id = any ($1::uuid[])';

/** Deliveries of a connection as they are read again, in pieces of the inbox. */
export function createDeliverySource(options: { db: SystemDb; adapters: ReadonlyMap<SourceKind, SourceAdapter> }) {
  const { db, adapters } = options;
  const selected = ({ connection, from, to }: ReplaySelection) => [connection ?? null, from ?? null, to ?? null];
  return {
    async bounds(selection: ReplaySelection): Promise<Bounds | null> {
      const [row] = await db.statement<{ first: string | null; last: string | null }>(boundsSql, selected(selection));
      return row?.first == null || row.last === null ? null : { first: BigInt(row.first) - 1n, last: BigInt(row.last) };
    },
    /** What the next piece makes different, without what was given already, and where it ends; null behind the last one. */
    async piece(selection: ReplaySelection, given: { after: bigint; last: bigint; limit: number; table: RoutingTable }) {
      const { after, last, limit, table } = given;
      const rows = await db.statement<DeliveryRow & { until: string | null }>(pieceSql, [
        ...selected(selection),
        String(after),
        String(last),
        limit,
      ]);
      const until = rows[0]?.until ?? null;
      if (until === null) return null;
      const deliveries = rows.filter(({ id }) => id !== null);
      const stored = await db.statement<EventRow & { delivery_id: string }>(storedSql, [deliveries.map(({ id }) => id)]);
      const byDelivery = Map.groupBy(stored, ({ delivery_id: delivery }) => delivery);
      const all = deliveries.flatMap((row) => readAgain({ row, stored: byDelivery.get(row.id) ?? [], adapters, table }));
      const ids = all.flatMap(({ routed }) => (routed === null ? [] : [routed.id]));
      const known = new Set((await db.statement<{ id: string }>(knownSql, [ids])).map(({ id }) => id));
      const differences: readonly Difference[] = all.filter(({ routed }) => routed === null || !known.has(routed.id));
      return { until: BigInt(until), deliveries: deliveries.length, differences };
    },
  };
}

export type DeliverySource = ReturnType<typeof createDeliverySource>;
