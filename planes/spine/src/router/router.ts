import type { SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { Governance } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import { createLoop, type Loop } from '@etis/kernel';
import type { SystemDb, SystemTx } from '@etis/postgres';
import { isDataError } from '../record/database-error.ts';
import { type DeliveryRow, deliveryOf } from '../record/delivery-row.ts';
import { thrownText } from '../record/thrown-text.ts';
import type { SpineSettings } from '../settings.ts';
import { apply, type RoutedDelivery } from './apply.ts';
import { route, setAside } from './route.ts';
import { type RoutingTable, routingTable } from './routing-table.ts';

export interface RouterOptions {
  readonly db: SystemDb;
  readonly governance: Governance;
  readonly adapters: ReadonlyMap<SourceKind, SourceAdapter>;
  readonly log: Log;
  readonly settings: SpineSettings['router'];
  /** Called after each transaction that put entries into lanes. */
  readonly onRouted: () => void;
}

// Skips a cursor that another process holds: that process is the router now, and goes on until nothing is left.
const cursorSql = 'select inbox_position, event_position from router_cursor for update skip locked';
const moveSql = 'update router_cursor set inbox_position = $1, event_position = $2';
// The running sum reads only sizes, so a body past the bound is not fetched.
const readSql = `
select i.position, i.id, i.connection_id, i.source, i.headers, i.body, i.traceparent, i.received_at
from (
  select position, sum(octet_length(body)) over (order by position) - octet_length(body) as before
  from (select position, body from inbox where position > $1 order by position limit $2) n
) s join inbox i using (position)
where s.before < $3 order by position`;

/** What one transaction did. `from` and `to` are inbox positions. */
interface Step {
  readonly count: number;
  readonly entries: number;
}

/**
 * Reads the inbox after its cursor and writes events, entries and unmatched rows together with the cursor: each delivery is routed exactly
 * once, in the order of acceptance, by whichever process holds the cursor's row.
 */
export function createRouter(options: RouterOptions): Loop {
  const { db, governance, adapters, log, settings, onRouted } = options;
  let table: RoutingTable | undefined;

  function currentTable(): RoutingTable {
    const view = governance.current();
    if (table?.view !== view) table = routingTable(view);
    return table;
  }

  async function step(limit: number, refused?: string): Promise<Step> {
    return await db.system(async (tx: SystemTx) => {
      const [cursor] = await tx.query<{ inbox_position: string; event_position: string }>(cursorSql);
      if (cursor === undefined) return { count: 0, entries: 0 };
      const rows = await tx.query<DeliveryRow>(readSql, [cursor.inbox_position, limit, settings.batchBytes]);
      const end = rows.at(-1)?.position;
      if (end === undefined) return { count: 0, entries: 0 };
      const view = currentTable();
      const batch = rows.map((row): RoutedDelivery => {
        const delivery = deliveryOf(row);
        if (refused !== undefined) return { delivery, routed: setAside(delivery, view, { reason: 'unreadable', detail: refused }) };
        return { delivery, routed: route(delivery, adapters.get(delivery.source), view) };
      });
      const last = await apply(tx, batch, BigInt(cursor.event_position));
      await tx.query(moveSql, [end, String(last)]);
      const entries = batch.reduce((sum, { routed }) => sum + routed.events.reduce((lanes, event) => lanes + event.lanes.length, 0), 0);
      return { count: rows.length, entries };
    });
  }

  /** Routes what comes next one by one, and sets aside the delivery that the database refuses, so that it holds up nobody else. */
  async function oneByOne(count: number): Promise<Step> {
    const total = { count: 0, entries: 0 };
    for (let index = 0; index < count; index += 1) {
      const done = await step(1).catch(async (error: unknown) => {
        if (!isDataError(error)) throw error;
        log.error({ err: error }, 'the record refuses what a delivery was routed to; the delivery is kept as unmatched');
        return await step(1, `the record refuses what it was routed to: ${thrownText(error, 400)}`);
      });
      if (done.count === 0) break;
      total.count += done.count;
      total.entries += done.entries;
    }
    return total;
  }

  return createLoop({
    name: 'spine router',
    log,
    idleMs: settings.pollMs,
    async round() {
      const done = await step(settings.batchCount).catch(async (error: unknown) => {
        if (!isDataError(error)) throw error;
        return await oneByOne(settings.batchCount);
      });
      if (done.entries > 0) onRouted();
      return done.count > 0;
    },
  });
}
