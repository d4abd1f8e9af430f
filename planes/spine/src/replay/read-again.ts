import { createHash } from 'node:crypto';
import type { SourceAdapter, SourceKind } from '@etis/contracts/events';
import { type DeliveryRow, deliveryOf } from '../record/delivery-row.ts';
import type { EventRow } from '../record/event-row.ts';
import { type RoutedEvent, route } from '../router/route.ts';
import type { RoutingTable } from '../router/routing-table.ts';

/** What reading a delivery again makes different. `gone` is an event that is not made any more; the record keeps it. */
export interface Difference {
  readonly delivery: string;
  readonly event: string;
  readonly change: 'changed' | 'added' | 'gone';
  /** JSON Pointers into the event, at most 20; empty where it is whole. */
  readonly paths: readonly string[];
  /** What is given to products; null for what is gone. */
  readonly routed: RoutedEvent | null;
}

const mostPaths = 20;

/** Reads a delivery by today's adapter and view, and compares what that makes with what the record has of it. A pure function. */
export function readAgain(given: {
  row: DeliveryRow;
  stored: readonly EventRow[];
  adapters: ReadonlyMap<SourceKind, SourceAdapter>;
  table: RoutingTable;
}): readonly Difference[] {
  const { row, stored, adapters, table } = given;
  const { events } = route(deliveryOf(row), adapters.get(row.source), table);
  const before = new Map(stored.map((event) => [event.id, event]));
  const differences: Difference[] = [];
  for (const routed of events) {
    const old = before.get(routed.id);
    before.delete(routed.id);
    const about = { delivery: row.id, event: routed.id };
    if (old === undefined) {
      differences.push({ ...about, change: 'added', paths: [], routed });
      continue;
    }
    const paths = pathsOf(membersOf(old), membersOf({ ...routed, tenant_id: routed.tenant }));
    if (paths.length === 0) continue;
    differences.push({ ...about, change: 'changed', paths, routed: { ...routed, id: idOfContent(routed), replayOf: old.id } });
  }
  for (const id of before.keys()) differences.push({ delivery: row.id, event: id, change: 'gone', paths: [], routed: null });
  return differences;
}

/** The id of what an event has become: the same for the same content, so that it is given once however often its delivery is read again. */
function idOfContent({ id, ...event }: RoutedEvent): string {
  const { type, source, subject, time, tenant, project, region, data } = event;
  const hash = createHash('sha256')
    .update(id)
    .update(JSON.stringify([type, source, subject, time, tenant, project, region, data]))
    .digest();
  const bytes = Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex').subarray(0, 6), hash.subarray(0, 10)]);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function membersOf(event: Pick<EventRow, 'type' | 'source' | 'subject' | 'time' | 'tenant_id' | 'project' | 'region' | 'data'>): unknown {
  const { type, source, subject, time, tenant_id: tenant, project, region, data } = event;
  return { type, source, subject, time, tenant, project, region, data: JSON.parse(data) as unknown };
}

/** Where two JSON values differ. */
function pathsOf(one: unknown, other: unknown): readonly string[] {
  const found: string[] = [];
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (found.length >= mostPaths || Object.is(a, b)) return;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) {
      found.push(path);
      return;
    }
    const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
    for (const name of new Set([...left.keys(), ...right.keys()])) {
      compare(left.get(name), right.get(name), `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    }
  };
  compare(one, other, '');
  return found;
}
