import { createHash } from 'node:crypto';
import { laneId } from '@etis/contracts/lanes';
import type { ReplayTarget } from '@etis/contracts/replays';
import type { ProductId } from '@etis/contracts/tenancy';
import type { EventRow } from '../record/event-row.ts';
import type { Draft } from '../router/draft.ts';
import { isPublishable } from '../router/publish-batch.ts';
import { destinationOf, type RoutedEvent } from '../router/route.ts';
import type { RoutingTable } from '../router/routing-table.ts';

/** The id of an event as a replay repeats it: it follows from both ids, so that the same replay repeats no event twice. */
function replayedId(replay: string, event: string): string {
  const hash = createHash('sha256').update(replay).update(event).digest();
  // The time of the replay first, as every id of an event has it.
  const bytes = Buffer.concat([Buffer.from(replay.replaceAll('-', ''), 'hex').subarray(0, 6), hash.subarray(0, 10)]);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The event as today's view routes it once more; null where nobody takes it. */
export function replayed(replay: string, row: EventRow, target: ReplayTarget, table: RoutingTable): RoutedEvent | null {
  const product = productOf(target, row, table);
  if (product === null) return null;
  const draft: Draft = {
    id: replayedId(replay, row.id),
    type: row.type,
    source: row.source,
    subject: row.subject,
    time: row.time,
    data: row.data,
    traceparent: row.traceparent,
    flow: row.flow_id,
    cause: row.cause_id,
    hop: row.hop,
    replayOf: row.id,
    whom: { by: 'name', tenant: row.tenant_id, project: row.project, region: row.region },
    towards: product === undefined ? { way: 'broadcast' } : { way: 'directed', to: product },
  };
  const found = destinationOf(draft, '', table);
  if ('reason' in found || found.products.length === 0) return null;
  const { whom: _whom, towards: _towards, ...kept } = draft;
  const { tenant, project, region } = found.owner;
  if (!isPublishable(kept.type, kept.source, kept.subject, kept.time, project, region, kept.traceparent)) return null;
  return { ...kept, tenant, project, region, lanes: found.products.map((to) => ({ name: laneId(tenant, to), product: to })) };
}

/** The product that the target names for the event's tenant: undefined for whoever subscribed, null for nobody. */
function productOf(target: ReplayTarget, row: EventRow, { view }: RoutingTable): ProductId | null | undefined {
  const { product, cluster } = target;
  if (cluster === undefined) return product;
  return view.placements.find((one) => one.tenant === row.tenant_id && one.cluster === cluster)?.product ?? null;
}
