import type { Directives } from '@etis/contracts/directives';
import type { EmittedEvent, EventPublisher, Inbox } from '@etis/contracts/events';
import type { Governance } from '@etis/contracts/governance';
import { laneId } from '@etis/contracts/lanes';
import type { ProductId } from '@etis/contracts/tenancy';
import type { Clock } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import type { LaneAddition } from '../dispatcher/lane-ahead.ts';
import { isDataError } from '../record/database-error.ts';
import { deliveryOf, draftOf, productConnection } from './emitted.ts';
import { holdingOf } from './holding.ts';
import { isPublishable, publishBatch } from './publish-batch.ts';
import { destinationOf, type RoutedEvent } from './route.ts';
import { type RoutingTable, routingTable } from './routing-table.ts';

interface Waiting {
  readonly product: ProductId;
  readonly events: readonly EmittedEvent[];
  readonly accept: () => void;
  readonly refuse: (error: unknown) => void;
}

/** Events that share a commit, unless one call brings more. */
const batchCount = 500;
/** While the database works on one, the next is made ready and sent; they are written one after the other. */
const batchesAtOnce = 2;

/**
 * Publishes what products emit. Where this process routes (`routes`), an event goes into its lanes in the commit that keeps it; calls that come while
 * one is under way share the next. What has no place, or comes while routing is stopped or behind, goes through the inbox, where the router finds it
 * and keeps it with the reason; so does everything where this process does not route.
 */
export function createPublisher(options: {
  db: SystemDb;
  inbox: Inbox;
  governance: Governance;
  directives: Directives;
  clock: Clock;
  routes: () => boolean;
  onAdded: (additions: readonly LaneAddition[]) => void;
}): EventPublisher {
  const { db, inbox, governance, directives, clock, routes, onAdded } = options;
  const waiting: Waiting[] = [];
  let table: RoutingTable | undefined;
  let running = 0;

  function currentTable(): RoutingTable {
    const view = governance.current();
    if (table?.view !== view) table = routingTable(view);
    return table;
  }

  async function append(product: ProductId, events: readonly EmittedEvent[]): Promise<void> {
    const now = clock.now();
    const sent = await Promise.allSettled(events.map((event) => inbox.append(deliveryOf(product, event, now))));
    // All of them have their answer before the first refusal is told, so that none is still under way when they are given again.
    const refused = sent.find((result) => result.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
  }

  function routed(event: EmittedEvent, product: ProductId, view: RoutingTable): RoutedEvent | null {
    const draft = draftOf(event);
    const found = draft === null ? null : destinationOf(draft, productConnection(product), view);
    if (draft === null || found === null || 'reason' in found) return null;
    const { whom: _whom, towards: _towards, ...kept } = draft;
    const { tenant, project, region } = found.owner;
    if (!isPublishable(kept.type, kept.source, kept.subject, kept.time, project, region, kept.traceparent)) return null;
    return { ...kept, tenant, project, region, lanes: found.products.map((to) => ({ name: laneId(tenant, to), product: to })) };
  }

  async function publishAll(calls: readonly Waiting[]): Promise<void> {
    const all = calls.flatMap(({ product, events }) => events.map((event) => ({ product, event })));
    const direct = routes() && !holdingOf(directives).everything;
    const view = currentTable();
    const placed = direct ? all.map(({ product, event }) => routed(event, product, view)) : [];
    const ready = placed.filter((event) => event !== null);
    const added = ready.length === 0 ? [] : await addDirectly(ready);
    if (added !== 'behind' && added.length > 0) onAdded(added);
    const left = added === 'behind' ? all : all.filter((_, index) => (placed[index] ?? null) === null);
    for (const product of new Set(left.map((one) => one.product))) {
      await append(
        product,
        left.filter((one) => one.product === product).map(({ event }) => event),
      );
    }
  }

  /** What the record refuses goes one by one through the inbox, where one that it refuses holds up no other. */
  async function addDirectly(events: readonly RoutedEvent[]): Promise<readonly LaneAddition[] | 'behind'> {
    try {
      return await publishBatch(db, events);
    } catch (error) {
      if (isDataError(error)) return 'behind';
      throw error;
    }
  }

  async function run(): Promise<void> {
    running += 1;
    while (waiting.length > 0) {
      let count = 0;
      let take = 0;
      while (take < waiting.length && (take === 0 || count + (waiting[take]?.events.length ?? 0) <= batchCount)) {
        count += waiting[take]?.events.length ?? 0;
        take += 1;
      }
      const calls = waiting.splice(0, take);
      try {
        await publishAll(calls);
        for (const call of calls) call.accept();
      } catch (error) {
        for (const call of calls) call.refuse(error);
      }
    }
    running -= 1;
  }

  return {
    publish(product, events) {
      if (events.length === 0) return Promise.resolve();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ product, events, accept: resolve, refuse: reject });
      if (running < batchesAtOnce) void run();
      return promise;
    },
  };
}
