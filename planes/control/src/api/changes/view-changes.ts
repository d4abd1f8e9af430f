import { changedKeys } from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';

/** What changed, coarsely: `id` is null where it is many or not known which. Whoever cares looks again. */
export interface Change {
  readonly resource: string;
  readonly id: string | null;
}

/** With more changes than this of one resource in one version, only the resource is named. */
const maxNamed = 50;

/** Things by id. Of the sections of one state that came of another only what was changed is looked at. */
type Keyed = ReadonlyMap<string, unknown>;

/** What differs between two governed states, by resource. */
export function viewChanges(before: GovernanceView, after: GovernanceView): readonly Change[] {
  return resources.flatMap(({ resource, part, read }): readonly Change[] => {
    if (before[part] === after[part]) return [];
    const ids = changedKeys(read(before), read(after));
    return ids.length > maxNamed ? [{ resource, id: null }] : ids.map((id) => ({ resource, id }));
  });
}

interface Resource {
  readonly resource: string;
  readonly part: keyof GovernanceView;
  readonly read: (view: GovernanceView) => Keyed;
}

const resources: readonly Resource[] = [
  { resource: 'tenants', part: 'tenants', read: ({ tenants }) => tenants },
  { resource: 'clusters', part: 'clusters', read: ({ clusters }) => clusters },
  { resource: 'products', part: 'subscriptions', read: (view) => new Map(view.subscriptions.map((one) => [one.product, one])) },
  {
    resource: 'placements',
    part: 'placements',
    read: (view) => new Map(view.placements.map((one) => [`${one.tenant}/${one.product}`, one])),
  },
  { resource: 'connections', part: 'connections', read: ({ connections }) => connections },
  {
    resource: 'resolver-entries',
    part: 'resolver',
    read: (view) => new Map(view.resolver.map((entry) => [`${entry.ref.system}/${entry.ref.kind}/${entry.ref.id}`, entry])),
  },
  { resource: 'configuration', part: 'configuration', read: ({ configuration }) => configuration },
];
