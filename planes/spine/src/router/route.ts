import type { Delivery, SourceAdapter } from '@etis/contracts/events';
import { type LaneId, laneId } from '@etis/contracts/lanes';
import type { ProductId, TenantId } from '@etis/contracts/tenancy';
import { columnText } from '../record/column-text.ts';
import type { Draft, UnmatchedReason } from './draft.ts';
import { platformSource, readPlatform } from './read-platform.ts';
import { readSource } from './read-source.ts';
import type { RoutingTable } from './routing-table.ts';

/** An event with its tenant and the lanes that it goes into; none where no placed product asked for its type. */
export interface RoutedEvent extends Omit<Draft, 'whom'> {
  readonly tenant: TenantId;
  readonly project: string | null;
  readonly region: string | null;
  readonly lanes: readonly { readonly name: LaneId; readonly product: ProductId }[];
}

/** What has no place. `part` says which of the delivery's events; null is all of it. */
interface Unmatched {
  readonly part: number | null;
  readonly tenant: TenantId | null;
  readonly flow: string;
  readonly reason: UnmatchedReason;
  readonly detail: string;
}

export interface Routed {
  readonly events: readonly RoutedEvent[];
  readonly unmatched: readonly Unmatched[];
}

type Place =
  | { readonly tenant: TenantId; readonly project: string | null; readonly region: string | null }
  | { readonly tenant: TenantId | null; readonly reason: UnmatchedReason; readonly detail: string };

/** Whom an event concerns. A connection that belongs to one tenant never reaches another's, whatever ids its sender writes. */
function place(draft: Draft, delivery: Delivery, table: RoutingTable): Place {
  const { whom } = draft;
  if (whom.by === 'name') return admitted(whom, table);
  const connection = table.view.connections.get(delivery.connection);
  if (connection === undefined) {
    return { tenant: null, reason: 'unresolved', detail: `the connection ${delivery.connection} is not configured any more` };
  }
  const entry = table.resolve(whom.refs, connection.tenant);
  const tenant = connection.tenant ?? entry?.tenant;
  if (tenant === undefined) {
    const refs = whom.refs.map((ref) => `${ref.system} ${ref.kind} ${ref.id}`).join(', ');
    return { tenant: null, reason: 'unresolved', detail: refs === '' ? 'it names nothing to resolve' : `no tenant is mapped to ${refs}` };
  }
  return admitted({ tenant, project: entry?.project ?? null, region: entry?.region ?? null }, table);
}

function admitted(placed: { tenant: TenantId; project: string | null; region: string | null }, table: RoutingTable): Place {
  const tenant = table.view.tenants.get(placed.tenant);
  if (tenant === undefined) return { tenant: null, reason: 'unresolved', detail: `there is no tenant ${placed.tenant}` };
  if (tenant.status === 'suspended') {
    return { tenant: tenant.id, reason: 'tenant-suspended', detail: `the tenant ${tenant.id} is suspended` };
  }
  const { project, region } = placed;
  return {
    tenant: tenant.id,
    project: project === null ? null : columnText(project, 255),
    region: region === null ? null : columnText(region, 255),
  };
}

/** The whole delivery set aside as one. Its tenant is its connection's, where that has one. */
export function setAside(
  delivery: Delivery,
  table: RoutingTable,
  why: { reason: UnmatchedReason; detail: string; flow?: string; tenant?: TenantId },
): Routed {
  const tenant = why.tenant ?? table.view.connections.get(delivery.connection)?.tenant ?? null;
  const known = tenant !== null && table.view.tenants.has(tenant) ? tenant : null;
  const { reason, detail, flow = delivery.id } = why;
  return { events: [], unmatched: [{ part: null, tenant: known, flow, reason, detail: columnText(detail, 500) }] };
}

/**
 * Where one delivery goes: a pure function of the delivery, its source's adapter and the governance view. It never throws. Routing is a
 * broadcast: an event goes into the lane of every placement of its tenant whose product asked for its type.
 */
export function route(delivery: Delivery, adapter: SourceAdapter | undefined, table: RoutingTable): Routed {
  const reading = delivery.source === platformSource ? readPlatform(delivery) : readSource(delivery, adapter);
  if ('reason' in reading) return setAside(delivery, table, reading);
  const events: RoutedEvent[] = [];
  const unmatched: Unmatched[] = [];
  for (const [part, draft] of reading.drafts.entries()) {
    const placed = place(draft, delivery, table);
    if ('reason' in placed) {
      unmatched.push({ part, tenant: placed.tenant, flow: draft.flow, reason: placed.reason, detail: columnText(placed.detail, 500) });
      continue;
    }
    const { whom: _, ...kept } = draft;
    const lanes = table.subscribers(placed.tenant, draft.type).map((product) => ({ name: laneId(placed.tenant, product), product }));
    events.push({ ...kept, ...placed, lanes });
  }
  return { events, unmatched };
}
