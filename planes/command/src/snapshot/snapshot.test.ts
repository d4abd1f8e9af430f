import { createSecrets } from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';
import { connectionSecretBinding } from '@etis/contracts/secrets';
import type { Placement } from '@etis/contracts/tenancy';
import { EtisError } from '@etis/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { platformVault, viewOf } from '../snapshots-under-test.ts';
import { decodeSnapshot, encodeSnapshot, type SnapshotText } from './snapshot.ts';

const masterKey = Buffer.alloc(32, 7);
const vault = platformVault(masterKey);
const good = encodeSnapshot({ view: viewOf(12, vault), dataKeys: vault.dataKeys() });
const body = JSON.parse(good.body) as Record<string, unknown>;

const [parameter] = body.configuration as { settings: object[] }[];
const [setting] = parameter?.settings ?? [];

const bodyWith = (change: object): SnapshotText => ({ ...good, body: JSON.stringify({ ...body, ...change }) });

/** Any view that control's database allows. */
const anyView: fc.Arbitrary<GovernanceView> = fc
  .record({
    version: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    tenants: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/), { maxLength: 8 }),
    clusters: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/), { minLength: 1, maxLength: 4 }),
    names: fc.array(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), { minLength: 8, maxLength: 8 }),
    ids: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }), { maxLength: 8 }),
    secrets: fc.array(fc.base64String({ maxLength: 80 }), { maxLength: 2 }),
  })
  .map(({ version, tenants, clusters, names, ids, secrets }) => ({
    version,
    tenants: new Map(
      tenants.map((id, n) => [id, { id, name: names[n] ?? id, status: n % 2 === 0 ? ('active' as const) : ('suspended' as const) }]),
    ),
    clusters: new Map(clusters.map((id) => [id, { id, product: 'nudge', tier: 'advanced' as const }])),
    placements: tenants.map((tenant): Placement => ({ tenant, product: 'nudge', cluster: clusters[0] ?? '' })),
    connections: new Map(
      tenants.map((tenant, n) => [
        `connection-${n}`,
        {
          id: `connection-${n}`,
          source: 'autodesk',
          tenant: n % 2 === 0 ? tenant : null,
          enabled: true,
          secrets: secrets.map((text) => `v1.${text}`),
        },
      ]),
    ),
    resolver:
      tenants[0] === undefined
        ? []
        : ids.map((id) => ({ ref: { system: 's', kind: 'k', id }, tenant: tenants[0] ?? '', project: null, region: id, product: 'nudge' })),
    subscriptions: [{ product: 'nudge', types: ['*'] }],
    configuration: new Map(),
  }));

describe('a snapshot', () => {
  it('comes back as it went, whatever the view', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const dataKeys = vault.dataKeys();
        expect(decodeSnapshot(encodeSnapshot({ view, dataKeys }))).toEqual({ view, dataKeys });
      }),
    );
  });

  it('carries parameters and flags', () => {
    expect(decodeSnapshot(good).view.configuration).toEqual(viewOf(12, vault).configuration);
  });

  it('opens its secrets in another process that has the master key only', () => {
    const { view, dataKeys } = decodeSnapshot(good);
    const other = createSecrets({ masterKey, dataKeys });
    const connection = view.connections.get('whatsapp-1');
    if (connection === undefined) throw new Error('the connection is missing');
    expect(other.open(connection.secrets[0] ?? '', connectionSecretBinding(connection))).toBe('s3cret');
    expect(good.body + good.dataKeys).not.toContain('s3cret');
  });

  it.each<[string, object]>([
    ['another format', { format: 1 }],
    ['a parameter without a declaration', { configuration: [{ kind: 'parameter', settings: [] }] }],
    ['an entry that is neither parameter nor flag', { configuration: [{ kind: 'order' }] }],
    [
      'a setting for an environment that does not exist',
      { configuration: [{ ...parameter, settings: [{ ...setting, environment: 'test' }] }] },
    ],
    ['no version', { version: undefined }],
    ['version 0', { version: 0 }],
    ['a version that is no integer', { version: 1.5 }],
    ['a version as text', { version: '12' }],
    ['a member that nobody knows', { directives: [] }],
    ['tenants that are no list', { tenants: {} }],
    ['a tenant with a state that nobody knows', { tenants: [{ id: 'arbor', name: 'Arbor', status: 'paused' }] }],
    ['a tenant with a member that nobody knows', { tenants: [{ id: 'arbor', name: 'Arbor', status: 'active', frozen: true }] }],
    ['a tenant id that no tenant can have', { tenants: [{ id: '../arbor', name: 'Arbor', status: 'active' }] }],
    ['a tenant twice', { tenants: Array(2).fill({ id: 'arbor', name: 'Arbor', status: 'active' }) }],
    ['a cluster of a tier that nobody knows', { clusters: [{ id: 'nudge-standard', product: 'nudge', tier: 'gold' }] }],
    ['a placement of a stranger', { placements: [{ tenant: 'stranger', product: 'nudge', cluster: 'nudge-standard' }] }],
    ['a placement on no cluster', { placements: [{ tenant: 'arbor', product: 'nudge', cluster: 'nudge-x' }] }],
    ["a placement on another product's cluster", { placements: [{ tenant: 'arbor', product: 'pulse', cluster: 'nudge-standard' }] }],
    ['two placements of one product', { placements: Array(2).fill({ tenant: 'arbor', product: 'nudge', cluster: 'nudge-standard' }) }],
    ['a connection of a stranger', { connections: [{ id: 'c', source: 's', tenant: 'stranger', enabled: true, secrets: [] }] }],
    ['a connection that is enabled by a word', { connections: [{ id: 'c', source: 's', tenant: null, enabled: 'no', secrets: [] }] }],
    ['a secret that is not sealed', { connections: [{ id: 'c', source: 's', tenant: null, enabled: true, secrets: ['plain'] }] }],
    [
      'an external id of a stranger',
      { resolver: [{ ref: { system: 's', kind: 'k', id: '1' }, tenant: 'x', project: null, region: null, product: null }] },
    ],
    ['a subscription to nothing', { subscriptions: [{ product: 'nudge', types: [''] }] }],
  ])('is refused whole with %s', (_, change) => {
    expect(() => decodeSnapshot(bodyWith(change))).toThrowError(expect.objectContaining({ code: 'COMMAND_SNAPSHOT_MALFORMED' }));
  });

  it.each([
    ['not JSON', '{'],
    ['no list', '{}'],
    ['a key that is not sealed', '[{"id":"x","tenant":null,"wrapped":"AAAA"}]'],
  ])('is refused with data keys that are %s', (_, dataKeys) => {
    expect(() => decodeSnapshot({ ...good, dataKeys })).toThrowError(expect.objectContaining({ code: 'COMMAND_SNAPSHOT_MALFORMED' }));
  });

  it('is refused, and nothing else happens, whatever bytes stand in its place', () => {
    const mangled = fc.tuple(fc.nat({ max: good.body.length - 1 }), fc.string({ maxLength: 4, unit: 'binary' }));
    fc.assert(
      fc.property(mangled, ([at, piece]) => {
        try {
          const { view } = decodeSnapshot({ ...good, body: good.body.slice(0, at) + piece + good.body.slice(at + piece.length) });
          // What still reads is a view whose parts fit each other.
          for (const { tenant } of view.placements) expect(view.tenants.has(tenant)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(EtisError);
        }
      }),
    );
  });

  it('names the place that was refused', () => {
    const tenants = [
      { id: 'arbor', name: 'Arbor', status: 'active' },
      { id: 'x', name: '', status: 'active' },
    ];
    expect(() => decodeSnapshot(bodyWith({ tenants }))).toThrowError(/body\/tenants\/1\/name/);
  });
});
