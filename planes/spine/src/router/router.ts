import { type Directives, unrestricted } from '@etis/contracts/directives';
import type { Delivery, SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { Governance } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import { type Meter, unmetered } from '@etis/contracts/telemetry';
import { createLoop, type Loop } from '@etis/kernel';
import type { SystemDb, SystemTx } from '@etis/postgres';
import { isDataError } from '../record/database-error.ts';
import { type DeliveryRow, deliveryOf } from '../record/delivery-row.ts';
import { thrownText } from '../record/thrown-text.ts';
import type { SpineSettings } from '../settings.ts';
import { apply, type RoutedDelivery } from './apply.ts';
import { holdingOf, Overtaken } from './holding.ts';
import { releaseHeld } from './release-held.ts';
import { type Routed, route, setAside } from './route.ts';
import { type RoutingTable, routingTable } from './routing-table.ts';

export interface RouterOptions {
  readonly db: SystemDb;
  readonly governance: Governance;
  /** By default nothing is ever held back. */
  readonly directives?: Directives;
  readonly adapters: ReadonlyMap<SourceKind, SourceAdapter>;
  /** Is told of every batch as `route`; by default nobody is. */
  readonly meter?: Meter;
  readonly log: Log;
  readonly settings: SpineSettings['router'];
  /** Called after each transaction that put entries into lanes. */
  readonly onRouted: () => void;
}

// Skips a cursor that another process holds: that process is the router now, and goes on until nothing is left.
const cursorSql = `
select share_positions, event_position, exists (select from unmatched where reason = 'held') as holding
from router_cursor for update skip locked`;
const takeSql = 'select * from inbox_take($1::bigint[], $2, $3)';
const moveSql = `
update router_cursor set share_positions = $1::bigint[], event_position = $2, inbox_position = (select min(p) from unnest($1::bigint[]) p)`;

/** What one transaction did. */
interface Step {
  readonly count: number;
  readonly entries: number;
  /** Whether deliveries are kept back. */
  readonly holding: boolean;
  /** Of the deliveries that were routed. */
  readonly traces: readonly string[];
}

interface TakenRow extends DeliveryRow {
  readonly behind: boolean;
  readonly moved: readonly string[];
}

interface CursorRow {
  readonly share_positions: readonly string[];
  readonly event_position: string;
  readonly holding: boolean;
}

/**
 * Reads the inbox after its cursor and writes events, entries and unmatched rows together with the cursor: each delivery is routed exactly
 * once by whichever process holds the cursor's row, in the order of acceptance of its connection, and in fair turns with those of others: see
 * `inbox_take`. What a directive keeps back is set aside in its place, and routed
 * in that order, before anything newer of its connection, once nothing keeps it back any more.
 */
export function createRouter(options: RouterOptions): Loop {
  const { db, governance, adapters, log, settings, onRouted, directives = unrestricted, meter = unmetered } = options;
  let table: RoutingTable | undefined;
  let unsubscribe: (() => void) | undefined;
  /** How often the directives have changed. */
  let orders = 0;

  function currentTable(): RoutingTable {
    const view = governance.current();
    if (table?.view !== view) table = routingTable(view);
    return table;
  }

  function routed(delivery: Delivery, view: RoutingTable, { refused, held }: { refused: string | undefined; held: string | null }): Routed {
    if (refused !== undefined) return setAside(delivery, view, { reason: 'unreadable', detail: refused });
    if (held !== null) return setAside(delivery, view, { reason: 'held', detail: held });
    return route(delivery, adapters.get(delivery.source), view);
  }

  /**
   * Looks at the directives after it has read, so that what was accepted after an order is never routed against it, and again before it commits.
   * @throws Overtaken where an order came in between
   */
  async function step(limit: number, refused?: string): Promise<Step> {
    return await db.system(async (tx: SystemTx) => {
      const [cursor] = await tx.query<CursorRow>(cursorSql);
      if (cursor === undefined) return { count: 0, entries: 0, holding: false, traces: [] };
      const rows = await tx.query<TakenRow>(takeSql, [cursor.share_positions, limit, settings.batchBytes]);
      const moved = rows[0]?.moved;
      if (moved === undefined) return { count: 0, entries: 0, holding: cursor.holding, traces: [] };
      const seen = orders;
      const holding = holdingOf(directives);
      if (holding.everything) return { count: 0, entries: 0, holding: false, traces: [] };
      const view = currentTable();
      const heldHere = new Set<string>();
      const batch = rows.map((row): RoutedDelivery => {
        const delivery = deliveryOf(row);
        const tenant = view.view.connections.get(delivery.connection)?.tenant ?? null;
        const isBehind = row.behind || heldHere.has(delivery.connection);
        const held = holding.reasonFor(delivery, tenant) ?? (isBehind ? 'earlier deliveries of the connection go first' : null);
        if (held !== null) heldHere.add(delivery.connection);
        return { delivery, routed: routed(delivery, view, { refused, held }) };
      });
      const last = await apply(tx, batch, BigInt(cursor.event_position));
      await tx.query(moveSql, [moved, String(last)]);
      if (orders !== seen) throw new Overtaken();
      const entries = batch.reduce((sum, { routed }) => sum + routed.events.reduce((lanes, event) => lanes + event.lanes.length, 0), 0);
      return { count: rows.length, entries, holding: cursor.holding, traces: rows.map(({ traceparent }) => traceparent) };
    });
  }

  /** Routes what comes next one by one, and sets aside the delivery that the database refuses, so that it holds up nobody else. */
  async function oneByOne(count: number): Promise<Step> {
    const total = { count: 0, entries: 0, holding: true, traces: [] as string[] };
    for (let index = 0; index < count; index += 1) {
      const done = await step(1).catch(async (error: unknown) => {
        if (!isDataError(error)) throw error;
        log.error({ err: error }, 'the record refuses what a delivery was routed to; the delivery is kept as unmatched');
        return await step(1, `the record refuses what it was routed to: ${thrownText(error, 400)}`);
      });
      if (done.count === 0) break;
      total.count += done.count;
      total.entries += done.entries;
      total.traces.push(...done.traces);
    }
    return total;
  }

  async function routeBatch(): Promise<Step> {
    try {
      return await step(settings.batchCount);
    } catch (error) {
      if (!isDataError(error)) throw error;
      return await oneByOne(settings.batchCount);
    }
  }

  function release(): Promise<number> {
    const seen = orders;
    const checkOrders = () => {
      if (orders !== seen) throw new Overtaken();
    };
    return releaseHeld({ db, adapters, log, table: currentTable(), holding: holdingOf(directives), checkOrders, settings });
  }

  async function round(): Promise<boolean> {
    if (holdingOf(directives).everything) return false;
    const begun = performance.now();
    const done = await routeBatch();
    if (done.count > 0) meter.work({ work: 'route', tenant: null, ms: performance.now() - begun, failed: false, traces: done.traces });
    if (done.entries > 0) onRouted();
    const released = done.holding ? await release() : 0;
    if (released > 0) onRouted();
    return done.count + released > 0;
  }

  const loop = createLoop({
    name: 'spine router',
    log,
    idleMs: settings.pollMs,
    async round() {
      try {
        return await round();
      } catch (error) {
        if (error instanceof Overtaken) return true;
        throw error;
      }
    },
  });
  return {
    ...loop,
    async start() {
      unsubscribe ??= directives.subscribe(() => {
        orders += 1;
        loop.wake();
      });
      await loop.start();
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      await loop.stop();
    },
  };
}
