import type { Context } from '@etis/contracts/context';
import type { Governance } from '@etis/contracts/governance';
import type { ReplayOrder, ReplayPreview, ReplaySelection, Replays, ReplayTarget } from '@etis/contracts/replays';
import { uuidv7 } from '@etis/kernel';
import { audit, type SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { summaryOf } from '../queries/events.ts';
import { columnText } from '../record/column-text.ts';
import { routingTable } from '../router/routing-table.ts';
import type { DeliverySource } from './delivery-source.ts';
import { type ReplayStore, replayOf } from './replay-store.ts';
import { replayed } from './replayed-event.ts';
import { compileSelection } from './selection.ts';

const defaultPerSecond = 1_000;
const pieceSize = 5_000;
/** Deliveries are read whole, with their bodies. */
const deliveryPiece = 200;
/** A preview looks through no more of the record than this. */
const mostLooked = 1_000_000;
const sampleSize = 20;
const unnamed = '00000000-0000-7000-8000-000000000000';

/** What people ask of replays; `onStarted` wakes who does them. */
export function createReplays(options: {
  db: SystemDb;
  store: ReplayStore;
  deliveries: DeliverySource;
  governance: Governance;
  onStarted: () => void;
}): Replays {
  const { db, store, deliveries, governance, onStarted } = options;

  async function preview(selection: ReplaySelection, target: ReplayTarget): Promise<ReplayPreview> {
    const selects = compileSelection(selection, target);
    if (selection.connection !== undefined) return await previewReading(selection);
    const table = routingTable(governance.current());
    const bounds = await store.bounds(selection);
    const types = new Map<string, number>();
    const lanes = new Map<string, number>();
    const sample: ReplayPreview['sample'][number][] = [];
    let [events, unplaced, looked] = [0, 0, 0];
    let after = bounds?.first ?? 0n;
    while (bounds !== null && looked < mostLooked) {
      const piece = await store.piece(selection, { after, last: bounds.last, limit: pieceSize });
      if (piece === null) break;
      for (const row of piece.events.filter(selects)) {
        events += 1;
        types.set(row.type, (types.get(row.type) ?? 0) + 1);
        if (sample.length < sampleSize) sample.push(summaryOf(row));
        const routed = replayed(unnamed, row, target, table);
        if (routed === null) unplaced += 1;
        for (const { name } of routed?.lanes ?? []) lanes.set(name, (lanes.get(name) ?? 0) + 1);
      }
      after = piece.until;
      looked += pieceSize;
    }
    return {
      ...{ events, unplaced, sample },
      byType: mostFirst(types).map(([type, count]) => ({ type, events: count })),
      byLane: mostFirst(lanes).map(([lane, count]) => ({ lane, events: count })),
      complete: bounds === null || after >= bounds.last,
    };
  }

  /** The same for deliveries that are read again. */
  async function previewReading(selection: ReplaySelection): Promise<ReplayPreview> {
    const table = routingTable(governance.current());
    const bounds = await deliveries.bounds(selection);
    const types = new Map<string, number>();
    const lanes = new Map<string, number>();
    const counts = { deliveries: 0, changed: 0, added: 0, gone: 0 };
    const sample: NonNullable<ReplayPreview['differences']>['sample'][number][] = [];
    let [unplaced, looked] = [0, 0];
    let after = bounds?.first ?? 0n;
    while (bounds !== null && looked < mostLooked) {
      const piece = await deliveries.piece(selection, { after, last: bounds.last, limit: deliveryPiece, table });
      if (piece === null) break;
      counts.deliveries += piece.deliveries;
      for (const { delivery, event, change, paths, routed } of piece.differences) {
        counts[change] += 1;
        if (sample.length < sampleSize) sample.push({ delivery, event, change, paths });
        if (routed === null) continue;
        types.set(routed.type, (types.get(routed.type) ?? 0) + 1);
        if (routed.lanes.length === 0) unplaced += 1;
        for (const { name } of routed.lanes) lanes.set(name, (lanes.get(name) ?? 0) + 1);
      }
      after = piece.until;
      looked += deliveryPiece;
    }
    return {
      ...{ events: counts.changed + counts.added, unplaced, sample: [], differences: { ...counts, sample } },
      byType: mostFirst(types).map(([type, count]) => ({ type, events: count })),
      byLane: mostFirst(lanes).map(([lane, count]) => ({ lane, events: count })),
      complete: bounds === null || after >= bounds.last,
    };
  }

  async function start(context: Context, { selection, target, reason, perSecond = defaultPerSecond }: ReplayOrder) {
    compileSelection(selection, target);
    const bounds = await (selection.connection === undefined ? store : deliveries).bounds(selection);
    if (bounds === null) throw errors.REPLAY_EMPTY();
    const id = uuidv7();
    const row = await db.system(async (tx) => {
      const kept = columnText(reason, 500);
      const made = await store.insert(tx, { id, selection, target, reason: kept, per_second: perSecond }, bounds);
      const concerned = selection.tenant === undefined ? context : { ...context, tenant: selection.tenant };
      await audit.record(tx, concerned, { action: 'replay.start', target: `replay/${id}`, reason: kept, detail: { selection, target } });
      return made;
    });
    onStarted();
    return replayOf(row);
  }

  return {
    preview,
    start,
    list: store.list,
    async show(id) {
      const row = await store.one(id);
      return row === undefined ? null : replayOf(row);
    },
    async cancel(context, id, reason) {
      const row = await store.one(id);
      if (row === undefined) return false;
      return await db.system(async (tx) => {
        if (!(await store.cancel(tx, id))) return false;
        const { tenant } = row.selection;
        const concerned = tenant === undefined ? context : { ...context, tenant };
        await audit.record(tx, concerned, { action: 'replay.cancel', target: `replay/${id}`, reason: columnText(reason, 500) });
        return true;
      });
    },
  };
}

function mostFirst(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)).slice(0, 50);
}
