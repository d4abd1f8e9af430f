import { concernsByScope, type KnownTenants } from '@etis/agent';
import type { BlastRadius, DirectiveScope } from '@etis/contracts/directives';
import type { LaneDepth } from '@etis/contracts/flow';
import type { GovernanceView } from '@etis/contracts/governance';
import { laneId } from '@etis/contracts/lanes';
import type { SubscriberIdentity } from '@etis/contracts/link';
import type { Placement, TenantId } from '@etis/contracts/tenancy';

/** A subscriber as the fleet knows it. */
export interface KnownSubscriber {
  readonly identity: SubscriberIdentity;
  readonly tenants: KnownTenants;
  readonly connected: boolean;
}

/** What waits, as the record counts it. */
export interface Backlog {
  lanes(request: { tenant?: TenantId }): Promise<readonly LaneDepth[]>;
  openJobs(selection: { tenant?: TenantId; kind?: string; product?: string }): Promise<number>;
}

const mostExamples = 20;

/** Whom and what a directive of this scope would concern. */
export async function blastRadius(
  scope: DirectiveScope,
  known: { view: GovernanceView; subscribers: readonly KnownSubscriber[]; backlog: Backlog },
): Promise<BlastRadius> {
  const { view, subscribers, backlog } = known;
  const placements = placementsOf(scope, view);
  const tenants = tenantsOf(scope, view, placements);
  const [waitingEntries, jobs] = await Promise.all([waitingIn(scope, placements, backlog), jobsOf(scope, backlog)]);
  return {
    subscribers: subscribers
      .filter(({ identity, tenants: theirs }) => concernsByScope(scope, identity, theirs))
      .map(({ identity }) => identity.id)
      .sort(),
    tenants: tenants.length,
    placements: placements.length,
    connections: connectionsOf(scope, view),
    waitingEntries,
    jobs,
    tenantExamples: tenants.slice(0, mostExamples),
  };
}

/** Connections, job kinds and features stand across placements. */
function isAcross({ connection, kind, feature }: DirectiveScope): boolean {
  return (connection ?? kind ?? feature) !== undefined;
}

function placementsOf(scope: DirectiveScope, view: GovernanceView): readonly Placement[] {
  if (isAcross(scope)) return [];
  const { tenant, product, cluster } = scope;
  return view.placements.filter(
    (placement) =>
      (tenant === undefined || placement.tenant === tenant) &&
      (product === undefined || placement.product === product) &&
      (cluster === undefined || placement.cluster === cluster),
  );
}

function tenantsOf(scope: DirectiveScope, view: GovernanceView, placements: readonly Placement[]): readonly TenantId[] {
  if (scope.tenant !== undefined) return view.tenants.has(scope.tenant) ? [scope.tenant] : [];
  const bound = scope.connection === undefined ? null : (view.connections.get(scope.connection)?.tenant ?? null);
  if (bound !== null) return [bound];
  if (scope.product === undefined && scope.cluster === undefined) return [...view.tenants.keys()].sort();
  return [...new Set(placements.map(({ tenant }) => tenant))].sort();
}

function connectionsOf(scope: DirectiveScope, view: GovernanceView): number {
  const { connection, tenant, product, cluster, kind, feature } = scope;
  if (connection !== undefined) return view.connections.has(connection) ? 1 : 0;
  if ((product ?? cluster ?? kind ?? feature) !== undefined) return 0;
  return [...view.connections.values()].filter((one) => tenant === undefined || one.tenant === tenant).length;
}

async function waitingIn(scope: DirectiveScope, placements: readonly Placement[], backlog: Backlog): Promise<number> {
  if (placements.length === 0) return 0;
  const lanes = await backlog.lanes(scope.tenant === undefined ? {} : { tenant: scope.tenant });
  const concerned = new Set(placements.map(({ tenant, product }) => laneId(tenant, product)));
  return lanes.reduce((sum, { lane, waiting, parked }) => sum + (concerned.has(lane) ? waiting + parked : 0), 0);
}

async function jobsOf(scope: DirectiveScope, backlog: Backlog): Promise<number> {
  const { tenant, kind, product, cluster, connection, feature } = scope;
  if ((cluster ?? connection ?? feature) !== undefined) return 0;
  return await backlog.openJobs({
    ...(tenant === undefined ? {} : { tenant }),
    ...(kind === undefined ? {} : { kind }),
    ...(product === undefined ? {} : { product }),
  });
}
