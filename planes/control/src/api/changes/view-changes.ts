import type { GovernanceView } from '@etis/contracts/governance';

/** What changed, coarsely: `id` is null where it is many or not known which. Whoever cares looks again. */
export interface Change {
  readonly resource: string;
  readonly id: string | null;
}

/** With more changes than this of one resource in one version, only the resource is named. */
const maxNamed = 50;

type Keyed = readonly (readonly [id: string, content: string])[];

/** What differs between two governed states, by resource. */
export function viewChanges(before: GovernanceView, after: GovernanceView): readonly Change[] {
  const older = resourcesOf(before);
  return resourcesOf(after).flatMap(({ resource, read }, index): readonly Change[] => {
    const ids = changedIds(older[index]?.read() ?? [], read());
    return ids.length > maxNamed ? [{ resource, id: null }] : ids.map((id) => ({ resource, id }));
  });
}

function resourcesOf(view: GovernanceView): readonly { readonly resource: string; readonly read: () => Keyed }[] {
  return [
    { resource: 'tenants', read: () => [...view.tenants.values()].map((tenant) => [tenant.id, JSON.stringify(tenant)]) },
    { resource: 'clusters', read: () => [...view.clusters.values()].map((cluster) => [cluster.id, JSON.stringify(cluster)]) },
    { resource: 'products', read: () => view.subscriptions.map(({ product, types }) => [product, JSON.stringify(types)]) },
    { resource: 'placements', read: () => view.placements.map(({ tenant, product, cluster }) => [`${tenant}/${product}`, cluster]) },
    {
      resource: 'connections',
      read: () => [...view.connections.values()].map((connection) => [connection.id, JSON.stringify(connection)]),
    },
    {
      resource: 'resolver-entries',
      read: () => view.resolver.map((entry) => [`${entry.ref.system}/${entry.ref.kind}/${entry.ref.id}`, JSON.stringify(entry)]),
    },
  ];
}

function changedIds(before: Keyed, after: Keyed): readonly string[] {
  const left = new Map(before);
  const changed: string[] = [];
  for (const [id, content] of after) {
    if (left.get(id) !== content) changed.push(id);
    left.delete(id);
  }
  return [...changed, ...left.keys()];
}
