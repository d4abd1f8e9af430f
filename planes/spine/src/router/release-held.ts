import type { SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { Log } from '@etis/contracts/log';
import type { ConnectionId } from '@etis/contracts/tenancy';
import type { SystemDb, SystemTx } from '@etis/postgres';
import { isDataError } from '../record/database-error.ts';
import { type DeliveryRow, deliveryOf } from '../record/delivery-row.ts';
import { thrownText } from '../record/thrown-text.ts';
import type { SpineSettings } from '../settings.ts';
import { apply } from './apply.ts';
import type { Holding } from './holding.ts';
import { route, setAside } from './route.ts';
import type { RoutingTable } from './routing-table.ts';

interface ReleaseOptions {
  readonly db: SystemDb;
  readonly adapters: ReadonlyMap<SourceKind, SourceAdapter>;
  readonly log: Log;
  readonly table: RoutingTable;
  readonly holding: Holding;
  /** Asked before each commit. @throws Overtaken where an order has come since `holding` was made */
  readonly checkOrders: () => void;
  readonly settings: SpineSettings['router'];
}

const cursorSql = 'select event_position from router_cursor for update skip locked';
const moveSql = 'update router_cursor set event_position = $1';
// From one connection to the next by the index, however many deliveries each has.
const connectionsSql = `
with recursive held as (
  (select connection_id from unmatched where reason = 'held' order by connection_id limit 1)
  union all
  select (select u.connection_id from unmatched u where u.reason = 'held' and u.connection_id > held.connection_id order by u.connection_id limit 1)
  from held where held.connection_id is not null
)
select connection_id from held where connection_id is not null`;
const readSql = `
select i.position, i.id, i.connection_id, i.source, i.headers, i.body, i.traceparent, i.received_at
from (
  select n.id, n.delivery_id, sum(octet_length(b.body)) over (order by n.id) - octet_length(b.body) as before
  from (select id, delivery_id from unmatched where reason = 'held' and connection_id = $1 order by id limit $2) n join inbox b on b.id = n.delivery_id
) s join inbox i on i.id = s.delivery_id
where s.before < $3 order by s.id`;
const clearSql = `delete from unmatched where reason = 'held' and delivery_id = any($1::uuid[])`;

/**
 * Routes a batch of deliveries that were held back and are not any more, in the order in which they came, one connection after the other. Resolves to
 * how many; 0 where there are none.
 */
export async function releaseHeld(options: ReleaseOptions): Promise<number> {
  const { db, log, settings } = options;
  try {
    return await db.system((tx) => release(tx, options, { limit: settings.batchCount }));
  } catch (error) {
    if (!isDataError(error)) throw error;
  }
  try {
    return await db.system((tx) => release(tx, options, { limit: 1 }));
  } catch (error) {
    if (!isDataError(error)) throw error;
    log.error({ err: error }, 'the record refuses what a held delivery was routed to; the delivery is kept as unmatched');
    const refused = `the record refuses what it was routed to: ${thrownText(error, 400)}`;
    return await db.system((tx) => release(tx, options, { limit: 1, refused }));
  }
}

async function release(tx: SystemTx, options: ReleaseOptions, how: { limit: number; refused?: string }): Promise<number> {
  const { adapters, table, holding, settings } = options;
  const [cursor] = await tx.query<{ event_position: string }>(cursorSql);
  if (cursor === undefined) return 0;
  const held = await tx.query<{ connection_id: ConnectionId }>(connectionsSql);
  const free = held.find(({ connection_id: id }) => !holding.holds(id, table.view.connections.get(id)?.tenant ?? null));
  if (free === undefined) return 0;
  const rows = await tx.query<DeliveryRow>(readSql, [free.connection_id, how.limit, settings.batchBytes]);
  const batch = rows.map(deliveryOf).map((delivery) => ({
    delivery,
    routed:
      how.refused === undefined
        ? route(delivery, adapters.get(delivery.source), table)
        : setAside(delivery, table, { reason: 'unreadable', detail: how.refused }),
  }));
  await tx.query(clearSql, [batch.map(({ delivery }) => delivery.id)]);
  const last = await apply(tx, batch, BigInt(cursor.event_position));
  await tx.query(moveSql, [String(last)]);
  options.checkOrders();
  return batch.length;
}
