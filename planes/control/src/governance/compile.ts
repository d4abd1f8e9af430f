import type { ConnectionView, GovernanceView, ResolverEntry, Subscription } from '@etis/contracts/governance';
import type { Cluster, Placement, Tenant } from '@etis/contracts/tenancy';
import type { PlatformTx } from '@etis/postgres';

/** The governed state as one view, and when it changes by itself. */
export interface Compiled {
  readonly view: GovernanceView;
  /** Epoch milliseconds at which the next secret expires; null where none does. */
  readonly nextExpiry: number | null;
}

interface State {
  readonly version: string;
  readonly tenants: readonly Tenant[];
  readonly clusters: readonly Cluster[];
  readonly placements: readonly Placement[];
  readonly connections: readonly ConnectionView[];
  readonly resolver: readonly ResolverEntry[];
  readonly subscriptions: readonly Subscription[];
  readonly next_expiry: Date | null;
}

// One statement sees one state of the database, whatever is committed meanwhile: the version always fits what stands beside it.
const readState = `
select g.version,
  (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'status', status) order by id), '[]') from tenant) as tenants,
  (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'product', product_id, 'tier', tier) order by id), '[]') from cluster) as clusters,
  (select coalesce(jsonb_agg(jsonb_build_object('tenant', tenant_id, 'product', product_id, 'cluster', cluster_id)
    order by tenant_id, product_id), '[]') from placement) as placements,
  (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'source', c.source, 'tenant', c.tenant_id, 'enabled', c.enabled, 'secrets',
    (select coalesce(jsonb_agg(s.sealed order by s.created_at desc, s.id desc), '[]') from connection_secret s
      where s.connection_id = c.id and (s.expires_at is null or s.expires_at > $1))) order by c.id), '[]') from connection c) as connections,
  (select coalesce(jsonb_agg(jsonb_build_object('ref', jsonb_build_object('system', system, 'kind', kind, 'id', external_id),
    'tenant', tenant_id, 'project', project, 'region', region, 'product', product_id) order by system, kind, external_id), '[]') from resolver_entry) as resolver,
  (select coalesce(jsonb_agg(jsonb_build_object('product', id, 'types', types) order by id), '[]') from product) as subscriptions,
  (select min(expires_at) from connection_secret) as next_expiry
from governance g`;

/** Reads the whole governed state; secrets that have expired at `now` (epoch milliseconds) are left out. */
export async function compile(tx: PlatformTx, now: number): Promise<Compiled> {
  const [state] = await tx.query<State>(readState, [new Date(now)]);
  if (state === undefined) throw new Error('the governance table has lost its row');
  return {
    view: {
      version: Number(state.version),
      tenants: new Map(state.tenants.map((tenant) => [tenant.id, tenant])),
      clusters: new Map(state.clusters.map((cluster) => [cluster.id, cluster])),
      placements: state.placements,
      connections: new Map(state.connections.map((connection) => [connection.id, connection])),
      resolver: state.resolver,
      subscriptions: state.subscriptions,
      configuration: new Map(),
    },
    nextExpiry: state.next_expiry?.getTime() ?? null,
  };
}
