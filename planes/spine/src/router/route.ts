import type { Delivery, SourceAdapter } from '@etis/contracts/events';
import { type LaneId, laneId } from '@etis/contracts/lanes';
import { type ConnectionId, type ProductId, platformTenant, type TenantId } from '@etis/contracts/tenancy';
import { columnText } from '../record/column-text.ts';
import type { Draft, UnmatchedReason } from './draft.ts';
import { platformSource, readPlatform } from './read-platform.ts';
import { readSource } from './read-source.ts';
import type { RoutingTable } from './routing-table.ts';
import { takersOf } from './takers.ts';

/** An event with its tenant and the lanes that it goes into; none where no placed product asked for its type. */
export interface RoutedEvent extends Omit<Draft, 'whom' | 'towards'> {
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

/** Whom an event concerns, and the product that directed events of the same external id go to. */
interface Owner {
  readonly tenant: TenantId;
  readonly project: string | null;
  readonly region: string | null;
  readonly product: ProductId | null;
}

interface Nowhere {
  readonly tenant: TenantId | null;
  readonly reason: UnmatchedReason;
  readonly detail: string;
}

/** Whom an event concerns. A connection that belongs to one tenant never reaches another's, whatever ids its sender writes. */
function ownerOf({ whom }: Draft, from: ConnectionId, table: RoutingTable): Owner | Nowhere {
  // Only the platform names itself; nobody is placed for it, so it goes into no lane.
  if (whom.by === 'name' && whom.tenant === platformTenant) return { tenant: platformTenant, project: null, region: null, product: null };
  if (whom.by === 'name') return admitted({ ...whom, product: null }, table);
  const connection = table.view.connections.get(from);
  if (connection === undefined) {
    return { tenant: null, reason: 'unresolved', detail: `the connection ${from} is not configured any more` };
  }
  const entry = table.resolve(whom.refs, connection.tenant);
  const tenant = connection.tenant ?? entry?.tenant;
  if (tenant === undefined) {
    const refs = whom.refs.map((ref) => `${ref.system} ${ref.kind} ${ref.id}`).join(', ');
    return { tenant: null, reason: 'unresolved', detail: refs === '' ? 'it names nothing to resolve' : `no tenant is mapped to ${refs}` };
  }
  return admitted({ tenant, project: entry?.project ?? null, region: entry?.region ?? null, product: entry?.product ?? null }, table);
}

function admitted(placed: Owner, table: RoutingTable): Owner | Nowhere {
  const tenant = table.view.tenants.get(placed.tenant);
  if (tenant === undefined) return { tenant: null, reason: 'unresolved', detail: `there is no tenant ${placed.tenant}` };
  if (tenant.status === 'suspended') {
    return { tenant: tenant.id, reason: 'tenant-suspended', detail: `the tenant ${tenant.id} is suspended` };
  }
  const { project, region, product } = placed;
  return {
    tenant: tenant.id,
    project: project === null ? null : columnText(project, 255),
    region: region === null ? null : columnText(region, 255),
    product,
  };
}

/**
 * Whose an event is, and the products whose lanes it goes into: those that asked for its type and whose filter takes it, or the one that it is
 * directed to. A filter narrows what a product overhears; what names the product itself reaches it.
 */
export function destinationOf(
  draft: Draft,
  connection: ConnectionId,
  table: RoutingTable,
): { readonly owner: Owner; readonly products: readonly ProductId[] } | Nowhere {
  const owner = ownerOf(draft, connection, table);
  if ('reason' in owner) return owner;
  const { tenant, product } = owner;
  const { towards, type } = draft;
  const { products: asked, refusals } = takersOf(table.interests(tenant, type), draft, owner);
  const filtered: Nowhere = { tenant, reason: 'filtered', detail: `${type}: ${refusals.join('; ')}` };
  if (towards.way === 'broadcast') return asked.length === 0 && refusals.length > 0 ? filtered : { owner, products: asked };
  const named = towards.to ?? product;
  if (named === null && asked.length === 0 && refusals.length > 0) return filtered;
  const only = named ?? (asked.length === 1 ? asked[0] : undefined);
  if (only !== undefined && table.placed(tenant, only)) return { owner, products: [only] };
  const detail =
    named === null
      ? `${type} goes to one product, and ${asked.length} of the tenant's asked for it; name one in the resolver entry`
      : `${type} goes to ${named}, which the tenant ${tenant} is not placed on`;
  return { tenant, reason: 'undirected', detail };
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
 * Where one delivery goes: a pure function of the delivery, its source's adapter and the governance view. It never throws. A broadcast event
 * goes into the lane of every placement of its tenant whose product asked for its type, a directed one into one lane or none.
 */
export function route(delivery: Delivery, adapter: SourceAdapter | undefined, table: RoutingTable): Routed {
  const reading = delivery.source === platformSource ? readPlatform(delivery) : readSource(delivery, adapter);
  if ('reason' in reading) return setAside(delivery, table, reading);
  const events: RoutedEvent[] = [];
  const unmatched: Unmatched[] = [];
  for (const [part, draft] of reading.drafts.entries()) {
    const found = destinationOf(draft, delivery.connection, table);
    if ('reason' in found) {
      unmatched.push({ part, tenant: found.tenant, flow: draft.flow, reason: found.reason, detail: columnText(found.detail, 500) });
      continue;
    }
    const { whom: _whom, towards: _towards, ...kept } = draft;
    const { tenant, project, region } = found.owner;
    const lanes = found.products.map((product) => ({ name: laneId(tenant, product), product }));
    events.push({ ...kept, tenant, project, region, lanes });
  }
  return { events, unmatched };
}
