import { randomUUID } from 'node:crypto';
import type { Directives } from '@etis/contracts/directives';
import type { Governance } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import { createLoop, EtisError, errorText, type Loop } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import type { LaneAddition } from '../dispatcher/lane-ahead.ts';
import { isDataError } from '../record/database-error.ts';
import { holdingOf } from '../router/holding.ts';
import { publishBatch } from '../router/publish-batch.ts';
import type { RoutedEvent } from '../router/route.ts';
import { routingTable } from '../router/routing-table.ts';
import type { DeliverySource } from './delivery-source.ts';
import type { ReplayRow, ReplayStore } from './replay-store.ts';
import { replayed } from './replayed-event.ts';
import { compileSelection } from './selection.ts';

const leaseMs = 15_000;
const pollMs = 2_000;
const pieceSize = 500;
/** Deliveries are read whole, with their bodies. */
const deliveryPiece = 100;
/** Where deliveries that wait go first, or an order stops routing, it is tried again after this. */
const standBackMs = 500;

/**
 * Does the replays that are running, one piece of the record after the other. A piece is put into lanes in one commit, and how far the replay is in
 * the next; after a crash in between the piece is put there again, where each of its events is known already and passed over.
 */
export function createReplayLoop(options: {
  db: SystemDb;
  store: ReplayStore;
  deliveries: DeliverySource;
  governance: Governance;
  directives: Directives;
  log: Log;
  onAdded: (additions: readonly LaneAddition[]) => void;
}): Loop {
  const { db, store, deliveries, governance, directives, log, onAdded } = options;
  const owner = randomUUID();

  /** Resolves to whether they are in their lanes; not where something else goes first. */
  async function publish(events: readonly RoutedEvent[]): Promise<boolean> {
    if (events.length === 0) return true;
    if (holdingOf(directives).everything) return false;
    const added = await publishBatch(db, events);
    if (added === 'behind') return false;
    onAdded(added);
    return true;
  }

  /** What the next piece gives to products, of how many that are meant, and where it ends. */
  async function nextOf(row: ReplayRow): Promise<{ events: readonly RoutedEvent[]; meant: number; until: bigint }> {
    const { id, selection, target, per_second: perSecond } = row;
    const selects = compileSelection(selection, target);
    const [after, last] = [BigInt(row.position), BigInt(row.last_position)];
    const table = routingTable(governance.current());
    if (selection.connection !== undefined) {
      const piece = await deliveries.piece(selection, { after, last, limit: Math.min(deliveryPiece, perSecond), table });
      const events = (piece?.differences ?? []).flatMap(({ routed }) => (routed === null ? [] : [routed]));
      return { events, meant: events.length, until: piece?.until ?? last };
    }
    const piece = await store.piece(selection, { after, last, limit: Math.min(pieceSize, perSecond) });
    const rows = piece?.events.filter(selects) ?? [];
    const events = rows.map((event) => replayed(id, event, target, table)).filter((event) => event !== null);
    return { events, meant: rows.length, until: piece?.until ?? last };
  }

  async function doPiece(row: ReplayRow): Promise<{ readonly replayed: number; readonly isHeldUp: boolean }> {
    const { events, meant, until } = await nextOf(row);
    if (!(await publish(events))) return { replayed: 0, isHeldUp: true };
    await store.advance({ id: row.id, owner, until, replayed: events.length, unplaced: meant - events.length, leaseMs });
    return { replayed: events.length, isHeldUp: false };
  }

  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }

  return createLoop({
    name: 'spine replays',
    log,
    idleMs: pollMs,
    async round(signal) {
      const row = await store.lease(owner, leaseMs);
      if (row === undefined) return false;
      const begun = performance.now();
      try {
        const done = await doPiece(row);
        await pause(done.isHeldUp ? standBackMs : begun + (done.replayed / row.per_second) * 1_000 - performance.now(), signal);
      } catch (error) {
        // What no second attempt would change ends it; the record being away does not.
        if (!isDataError(error) && !(error instanceof EtisError && !error.retryable)) throw error;
        log.error({ replay: row.id, err: error }, 'a replay cannot go on');
        await store.fail(row.id, errorText(error).slice(0, 2_000));
      }
      return true;
    },
  });
}
