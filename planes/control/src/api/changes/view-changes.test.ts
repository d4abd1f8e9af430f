import { emptyView } from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewChanges } from './view-changes.ts';

const tenant = (id: string, name = id) => ({ id, name, status: 'active' as const });
const entry = (id: string, project: string | null = null) => ({
  ref: { system: 'autodesk', kind: 'hub', id },
  tenant: 'acme',
  project,
  region: null,
  product: null,
});
const base: GovernanceView = {
  ...emptyView,
  version: 1,
  tenants: new Map([['acme', tenant('acme')]]),
  clusters: new Map([['nudge-standard', { id: 'nudge-standard', product: 'nudge', tier: 'standard' }]]),
  placements: [{ tenant: 'acme', product: 'nudge', cluster: 'nudge-standard' }],
  connections: new Map([['autodesk', { id: 'autodesk', source: 'autodesk', tenant: null, enabled: true, secrets: ['one'] }]]),
  resolver: [entry('h-1')],
  subscriptions: [{ product: 'nudge', types: ['document.*'] }],
};

describe('the changes between two views', () => {
  it.each<[string, Partial<GovernanceView>, readonly { resource: string; id: string | null }[]]>([
    ['nothing', {}, []],
    ['a new tenant', { tenants: new Map([...base.tenants, ['beta', tenant('beta')]]) }, [{ resource: 'tenants', id: 'beta' }]],
    ['a renamed tenant', { tenants: new Map([['acme', tenant('acme', 'Acme')]]) }, [{ resource: 'tenants', id: 'acme' }]],
    ['a tenant that is gone', { tenants: new Map() }, [{ resource: 'tenants', id: 'acme' }]],
    ['a placement that is gone', { placements: [] }, [{ resource: 'placements', id: 'acme/nudge' }]],
    [
      'a rotated secret',
      {
        connections: new Map([['autodesk', { id: 'autodesk', source: 'autodesk', tenant: null, enabled: true, secrets: ['two', 'one'] }]]),
      },
      [{ resource: 'connections', id: 'autodesk' }],
    ],
    ['an entry with another project', { resolver: [entry('h-1', 'bridge')] }, [{ resource: 'resolver-entries', id: 'autodesk/hub/h-1' }]],
    ['a product that asks for more', { subscriptions: [{ product: 'nudge', types: ['*'] }] }, [{ resource: 'products', id: 'nudge' }]],
    [
      'a new cluster',
      { clusters: new Map([...base.clusters, ['x', { id: 'x', product: 'nudge', tier: 'standard' as const }]]) },
      [{ resource: 'clusters', id: 'x' }],
    ],
  ])('of %s', (_case, part, changes) => {
    expect(viewChanges(base, { ...base, ...part, version: 2 })).toEqual(changes);
  });

  it('name the resource alone where there are many', () => {
    const many = Array.from({ length: 51 }, (_, index) => entry(`h-${index + 2}`));
    expect(viewChanges(base, { ...base, resolver: [...base.resolver, ...many] })).toEqual([{ resource: 'resolver-entries', id: null }]);
  });

  it('are the same in both directions, whatever order the rows come in', () => {
    const rows = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), project: fc.constantFrom('x', 'y', null) }), {
      selector: ({ id }) => id,
    });
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const view = (list: typeof one) => ({ ...base, resolver: list.map(({ id, project }) => entry(id, project)) });
        const ids = (changes: ReturnType<typeof viewChanges>) => changes.map(({ id }) => id).sort();
        expect(ids(viewChanges(view(one), view(other)))).toEqual(ids(viewChanges(view(other), view(one))));
        expect(viewChanges(view(one), view(one.toReversed()))).toEqual([]);
      }),
    );
  });
});
