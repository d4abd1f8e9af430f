import type { Context } from '@etis/contracts/context';
import { type Directives, unrestricted } from '@etis/contracts/directives';
import type { SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { Governance } from '@etis/contracts/governance';
import type { SpineOperations } from '@etis/contracts/operations';
import { isUuid } from '@etis/kernel';
import { audit, type SystemDb, type SystemTx } from '@etis/postgres';
import { type DeliveryRow, deliveryOf } from '../record/delivery-row.ts';
import { apply } from '../router/apply.ts';
import { holdingOf } from '../router/holding.ts';
import { route, setAside } from '../router/route.ts';
import { routingTable } from '../router/routing-table.ts';
import { bulkLimit } from './bulk-limit.ts';

// The cursor's row is the router's lock: positions are given and lanes grow only under it.
const lockSql = 'select event_position from router_cursor for update';
const moveSql = 'update router_cursor set event_position = $1';
const deliverySql = `
select position, id, connection_id, source, headers, body, traceparent, received_at from inbox
where id = $1::uuid and exists (select from unmatched u where u.delivery_id = inbox.id)`;
const clearSql = 'delete from unmatched where delivery_id = $1::uuid';
const knownSql = 'select count(*)::int as known from event where id = any($1::uuid[])';
const oldestSql = `
select delivery_id from unmatched
where ($1::text is null or connection_id = $1) and ($2::text is null or reason = $2)
group by delivery_id order by min(id) limit $3`;

/**
 * Routes unmatched deliveries again. An event's id follows from its delivery and its place in it, so what found its place before is passed over
 * and only the rest is added.
 */
export function createUnmatchedOperations(options: {
  db: SystemDb;
  governance: Governance;
  directives?: Directives;
  adapters: ReadonlyMap<SourceKind, SourceAdapter>;
  onRouted: () => void;
}): Pick<SpineOperations, 'replayUnmatched' | 'replayAllUnmatched'> {
  const { db, governance, adapters, onRouted, directives = unrestricted } = options;

  async function replay(tx: SystemTx, context: Context, id: string): Promise<{ placed: number; unmatched: number } | null> {
    const [cursor] = await tx.query<{ event_position: string }>(lockSql);
    const [row] = await tx.query<DeliveryRow>(deliverySql, [id]);
    if (cursor === undefined || row === undefined) return null;
    const delivery = deliveryOf(row);
    const table = routingTable(governance.current());
    const held = holdingOf(directives).reasonFor(delivery, table.view.connections.get(delivery.connection)?.tenant ?? null);
    const routed =
      held === null ? route(delivery, adapters.get(delivery.source), table) : setAside(delivery, table, { reason: 'held', detail: held });
    const [before] = await tx.query<{ known: number }>(knownSql, [routed.events.map((event) => event.id)]);
    await tx.query(clearSql, [id]);
    const last = await apply(tx, [{ delivery, routed }], BigInt(cursor.event_position));
    await tx.query(moveSql, [String(last)]);
    const detail = { placed: routed.events.length - (before?.known ?? 0), unmatched: routed.unmatched.length };
    await audit.record(tx, context, { action: 'unmatched.replay', target: `delivery/${id}`, detail });
    return detail;
  }

  async function replayUnmatched(context: Context, delivery: string) {
    if (!isUuid(delivery)) return null;
    const done = await db.system((tx) => replay(tx, context, delivery));
    if (done !== null && done.placed > 0) onRouted();
    return done;
  }

  return {
    replayUnmatched,

    async replayAllUnmatched(context, { connection, reason, limit }) {
      const count = bulkLimit(limit);
      if (connection?.includes('\0') || reason?.includes('\0')) return { changed: 0, more: false };
      const rows = await db.statement<{ delivery_id: string }>(oldestSql, [connection ?? null, reason ?? null, count + 1]);
      let changed = 0;
      for (const row of rows.slice(0, count)) {
        const done = await replayUnmatched(context, row.delivery_id);
        if (done !== null && done.placed > 0) changed += 1;
      }
      return { changed, more: rows.length > count };
    },
  };
}
