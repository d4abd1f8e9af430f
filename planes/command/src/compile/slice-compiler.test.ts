import type { ConfigurationEntry } from '@etis/contracts/configuration';
import { type SubscriberKind, subscriberKinds } from '@etis/contracts/link';
import type { GovernanceChange, SectionName } from '@etis/contracts/snapshot';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSliceCompiler, type Slice, type SliceCompiler } from './slice-compiler.ts';
import type { Track } from './track.ts';

type Changed = Omit<GovernanceChange, 'from' | 'version'>['sections'];
const clusters = ['nudge-standard', 'nudge-advanced', 'pulse-standard'] as const;
const productOf = (cluster: string) => cluster.split('-')[0] ?? '';
// No id is part of another, so that looking for one in a text finds it and nothing else.
const tenants = ['tenant-acme', 'tenant-birch', 'tenant-cedar'] as const;
const everywhere: Changed = {
  clusters: Object.fromEntries(clusters.map((id) => [id, { id, product: productOf(id), tier: 'standard' }])),
};

const aTenant = fc.constantFrom(...tenants);
const someTenants = fc.subarray([...tenants]);
const aTenantChange = fc.record({
  id: aTenant,
  name: fc.constantFrom('one', 'two', null),
  on: fc.option(fc.subarray([...clusters], { minLength: 1 })),
});
const aParameter = fc.record({ product: fc.constantFrom('nudge', 'pulse'), at: someTenants, unit: fc.boolean() });
const aFlag = fc.record({ product: fc.constantFrom('nudge', 'pulse'), rules: fc.array(someTenants, { maxLength: 3 }) });
const aChange = fc.oneof(
  aTenantChange.map(({ id, name, on }) => tenantChange(id, { name, on })),
  aParameter.map(({ product, at, unit }): Changed => ({ configuration: { [`${product}.limit`]: parameter(product, at, unit) } })),
  aFlag.map(({ product, rules }): Changed => ({ configuration: { [`${product}.flag`]: flag(product, rules) } })),
  fc.constantFrom('nudge.limit', 'pulse.flag').map((key): Changed => ({ configuration: { [key]: null } })),
  fc
    .constantFrom(...clusters)
    .chain((id) =>
      fc.constantFrom('nudge', 'pulse').map((product): Changed => ({ clusters: { [id]: { id, product, tier: 'standard' } } })),
    ),
);

function tenantChange(id: string, { name, on }: { name: string | null; on: readonly string[] | null }): Changed {
  const placements = on === null ? null : on.map((cluster) => ({ tenant: id, product: productOf(cluster), cluster }));
  return { tenants: { [id]: name === null ? null : { id, name, status: 'active' } }, placements: { [id]: placements } };
}

function parameter(product: string, at: readonly string[], isUnit: boolean): ConfigurationEntry {
  return {
    kind: 'parameter',
    declaration: { key: `${product}.limit`, product, description: 'How many', value: { type: 'number' }, default: 1 },
    settings: [
      { at: { level: 'platform' }, environment: null, value: 2 },
      ...at.map((tenant, index) => ({
        at: isUnit ? { level: 'unit' as const, tenant, unit: 'north' } : { level: 'tenant' as const, tenant },
        environment: null,
        value: index,
      })),
    ],
  };
}

function flag(product: string, rules: readonly (readonly string[])[]): ConfigurationEntry {
  return {
    kind: 'flag',
    declaration: {
      ...{ key: `${product}.flag`, product, description: 'New', value: { type: 'boolean' as const } },
      ...{ variants: { on: true, off: false }, default: 'off', off: 'off' },
    },
    enabled: true,
    rules: rules.map((named, index) => ({ id: `rule-${index}`, tenants: named, variant: 'on' })),
  };
}

function publishAll(slices: SliceCompiler, changes: readonly Changed[]): void {
  slices.publish({ from: null, version: 1, sections: everywhere });
  for (const [index, sections] of changes.entries()) slices.publish({ from: index + 1, version: index + 2, sections });
}

const clusterSlice = (slices: SliceCompiler, scope: string) => slices.slice({ kind: 'cluster', scope });
const textOf = ({ tracks }: Slice) => [...tracks.values()].map((track) => track.since(undefined).entries).join('\n');
const digests = ({ tracks }: Slice) => Object.fromEntries([...tracks].map(([name, track]) => [name, track.stamp().sha256]));

describe('the slice of a cluster', () => {
  it('names no tenant that is not placed there, in any section, whatever was changed in whatever order', () => {
    let others = 0;
    fc.assert(
      fc.property(fc.array(aChange, { maxLength: 20 }), fc.nat({ max: 20 }), (changes, joinedAt) => {
        const slices = createSliceCompiler();
        publishAll(slices, changes.slice(0, joinedAt));
        const watched = clusters.map((id) => clusterSlice(slices, id));
        for (const [index, sections] of changes.slice(joinedAt).entries()) {
          const version = joinedAt + index + 2;
          slices.publish({ from: version - 1, version, sections });
        }
        const all = slices.slice({ kind: 'router', scope: null }).tracks.get('placements')?.content() as ReadonlyMap<
          string,
          readonly { cluster: string }[]
        >;
        for (const [index, slice] of watched.entries()) {
          const text = textOf(slice);
          for (const tenant of tenants) {
            const isPlaced = all.get(tenant)?.some(({ cluster }) => cluster === clusters[index]) ?? false;
            if (!isPlaced) others += 1;
            if (!isPlaced) expect(text).not.toContain(tenant);
            expect((slice.tenants() as ReadonlySet<string>).has(tenant)).toBe(isPlaced);
          }
          for (const other of clusters.filter((id) => id !== clusters[index])) expect(text).not.toContain(other);
        }
      }),
      { numRuns: 300 },
    );
    expect(others).toBeGreaterThan(0);
  });

  it('is the same whether it followed every change or was cut just now', () => {
    fc.assert(
      fc.property(fc.array(aChange, { maxLength: 20 }), (changes) => {
        const [followed, late] = [createSliceCompiler(), createSliceCompiler()];
        for (const id of clusters) clusterSlice(followed, id);
        publishAll(followed, changes);
        publishAll(late, changes);
        for (const id of clusters) expect(digests(clusterSlice(followed, id))).toEqual(digests(clusterSlice(late, id)));
      }),
    );
  });

  it("holds its own product's configuration, as far as it is about its tenants", () => {
    const slices = createSliceCompiler();
    publishAll(slices, [
      tenantChange('tenant-acme', { name: 'Acme', on: ['nudge-standard'] }),
      tenantChange('tenant-birch', { name: 'Birch', on: ['nudge-advanced'] }),
      {
        configuration: {
          'nudge.limit': parameter('nudge', ['tenant-acme', 'tenant-birch'], false),
          'nudge.flag': flag('nudge', [['tenant-birch'], ['tenant-acme', 'tenant-birch']]),
          'pulse.limit': parameter('pulse', ['tenant-acme'], false),
        },
      },
    ]);
    const seen = clusterSlice(slices, 'nudge-standard').tracks.get('configuration')?.content() as ReadonlyMap<string, ConfigurationEntry>;
    expect([...seen.keys()].sort()).toEqual(['nudge.flag', 'nudge.limit']);
    expect(seen.get('nudge.limit')).toMatchObject({ settings: [{ at: { level: 'platform' } }, { at: { tenant: 'tenant-acme' } }] });
    // A rule for others alone stays: where it went away the next one would not, and an empty list fits nobody.
    expect(seen.get('nudge.flag')).toMatchObject({ rules: [{ tenants: [] }, { tenants: ['tenant-acme'] }] });
  });
});

describe('what each kind sees', () => {
  const state: Changed = {
    ...everywhere,
    ...tenantChange('tenant-acme', { name: 'Acme', on: ['nudge-standard'] }),
    connections: { acc: { id: 'acc', source: 'autodesk', tenant: null, enabled: true, secrets: ['v1.sealed'] } },
    subscriptions: { nudge: { product: 'nudge', types: ['*'] } },
  };
  const compiled = () => {
    const slices = createSliceCompiler();
    slices.publish({ from: null, version: 7, sections: state });
    return slices;
  };
  const sectionsOf: Readonly<Record<SubscriberKind, readonly SectionName[]>> = {
    edge: ['tenants', 'connections', 'data-keys'],
    ingestion: ['tenants', 'connections', 'data-keys'],
    router: ['tenants', 'clusters', 'placements', 'connections', 'resolver', 'subscriptions', 'configuration'],
    dispatcher: ['tenants', 'clusters', 'placements', 'resolver', 'subscriptions', 'configuration'],
    cluster: ['tenants', 'clusters', 'placements', 'configuration'],
    worker: ['tenants', 'configuration'],
  };

  it.each(subscriberKinds)('%s: its sections and no other', (kind) => {
    const slice = compiled().slice({ kind, scope: kind === 'cluster' ? 'nudge-standard' : null });
    expect([...slice.tracks.keys()]).toEqual(sectionsOf[kind]);
    expect([...slice.tracks.values()].map(({ section }) => section)).toEqual(sectionsOf[kind]);
  });

  it('a secret is for those alone who verify deliveries', () => {
    const slices = compiled();
    const knowing = subscriberKinds.filter((kind) => textOf(slices.slice({ kind, scope: 'nudge-standard' })).includes('v1.sealed'));
    expect(knowing).toEqual(['edge', 'ingestion']);
  });

  it('who sees the same has the same slice', () => {
    const slices = compiled();
    expect(slices.slice({ kind: 'worker', scope: 'email' })).toBe(slices.slice({ kind: 'worker', scope: null }));
    expect(clusterSlice(slices, 'nudge-standard')).toBe(clusterSlice(slices, 'nudge-standard'));
    expect(clusterSlice(slices, 'nudge-standard')).not.toBe(clusterSlice(slices, 'nudge-advanced'));
  });

  it('a cluster that nobody knows sees nothing', () => {
    expect(textOf(clusterSlice(compiled(), 'unheard-of')).replaceAll(/[{}\n]/g, '')).toBe('');
  });
});

describe('a change', () => {
  function watching() {
    const slices = createSliceCompiler();
    publishAll(slices, [
      tenantChange('tenant-acme', { name: 'Acme', on: ['nudge-standard'] }),
      tenantChange('tenant-birch', { name: 'Birch', on: ['nudge-advanced'] }),
    ]);
    const [mine, others] = [clusterSlice(slices, 'nudge-standard'), clusterSlice(slices, 'nudge-advanced')];
    const told: ReadonlySet<Track>[] = [];
    const stop = slices.subscribe((changed) => told.push(changed));
    const isTold = (slice: Slice) => [...slice.tracks.values()].some((track) => told.at(-1)?.has(track));
    return { slices, mine, others, told, isTold, stop };
  }

  it('is told of to those that it concerns', () => {
    const { slices, mine, others, isTold, told, stop } = watching();
    slices.publish({ from: 3, version: 4, sections: tenantChange('tenant-acme', { name: 'Acme & Sons', on: ['nudge-standard'] }) });
    expect([isTold(mine), isTold(others), slices.version()]).toEqual([true, false, 4]);
    slices.publish({ from: 4, version: 5, sections: tenantChange('tenant-acme', { name: 'Acme & Sons', on: ['nudge-standard'] }) });
    expect([told.at(-1)?.size, slices.version()]).toEqual([0, 5]);
    slices.publish({ from: 5, version: 6, sections: tenantChange('tenant-acme', { name: 'Acme & Sons', on: ['nudge-advanced'] }) });
    expect([isTold(mine), isTold(others)]).toEqual([true, true]);
    stop();
    slices.publish({ from: 6, version: 7, sections: tenantChange('tenant-acme', { name: null, on: null }) });
    expect(told).toHaveLength(3);
  });

  it('that says everything takes away what it does not name', () => {
    const { slices, mine, others, isTold } = watching();
    slices.publish({
      from: null,
      version: 4,
      sections: { ...everywhere, ...tenantChange('tenant-acme', { name: 'Acme', on: ['nudge-standard'] }) },
    });
    expect([isTold(mine), isTold(others)]).toEqual([false, true]);
    expect(textOf(others)).not.toContain('tenant');
    expect(textOf(slices.slice({ kind: 'router', scope: null }))).not.toContain('tenant-birch');
  });
});
