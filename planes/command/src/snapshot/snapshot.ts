import {
  type ConfigurationEntry,
  type ConfigurationLevel,
  environments,
  type FlagRule,
  type ParameterType,
} from '@etis/contracts/configuration';
import type { ConnectionView, GovernanceView, ResolverEntry, Subscription } from '@etis/contracts/governance';
import type { WrappedDataKey } from '@etis/contracts/secrets';
import { type Cluster, type Placement, type Tenant, tiers } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';
import { anything, counting, list, listByKey, oneOf, orNull, record, type Shape, text, yesOrNo } from './shape.ts';

/** The governed state with the keys that open its secrets, once the master key has opened the keys. */
export interface Snapshot {
  readonly view: GovernanceView;
  readonly dataKeys: readonly WrappedDataKey[];
}

/** A snapshot as it is stored and sent: two JSON documents. */
export interface SnapshotText {
  readonly body: string;
  readonly dataKeys: string;
}

/** Raised with every change of the form, so that a release which does not know a form says so. */
const format = 2;
/** What a process is ready to read, in UTF-16 code units; a hundred times what 10,000 resolver entries come to. */
const maxLength = 128 * 1024 * 1024;

const id = text(40, /^[a-z][a-z0-9-]*$/);
const name = text(2_000);
const sealed = text(20_000, /^v1\./);

const tenant: Shape<Tenant> = record({ id, name, status: oneOf(['active', 'suspended']) });
const cluster: Shape<Cluster> = record({ id, product: id, tier: oneOf(tiers) });
const placement: Shape<Placement> = record({ tenant: id, product: id, cluster: id });
const connection: Shape<ConnectionView> = record({
  id: text(60, /^[a-z0-9-]+$/),
  source: text(100),
  tenant: orNull(id),
  enabled: yesOrNo,
  secrets: list(sealed),
});
const resolverEntry: Shape<ResolverEntry> = record({
  ref: record({ system: name, kind: name, id: name }),
  tenant: id,
  project: orNull(name),
  region: orNull(name),
  product: orNull(id),
});
const subscription: Shape<Subscription> = record({ product: id, types: list(text(500)) });
// What their types and rules say is looked at where they are evaluated, which is total: what does not fit there counts as the declared default.
const declared = { key: text(80), product: id, description: text(2_000), value: anything<ParameterType>() };
const parameterEntry: Shape<Extract<ConfigurationEntry, { kind: 'parameter' }>> = record({
  kind: oneOf(['parameter']),
  declaration: record({ ...declared, default: anything<unknown>() }),
  settings: list(record({ at: anything<ConfigurationLevel>(), environment: orNull(oneOf(environments)), value: anything<unknown>() })),
});
const flagEntry: Shape<Extract<ConfigurationEntry, { kind: 'flag' }>> = record({
  kind: oneOf(['flag']),
  declaration: record({ ...declared, variants: anything<Record<string, unknown>>(), default: text(100), off: text(100) }),
  enabled: yesOrNo,
  rules: list(anything<FlagRule>()),
});
const configurationEntry: Shape<ConfigurationEntry> = (value, at) =>
  (value as { kind?: unknown } | null)?.kind === 'flag' ? flagEntry(value, at) : parameterEntry(value, at);
const dataKey: Shape<WrappedDataKey> = record({ id: text(36, /^[0-9a-f-]{36}$/), tenant: orNull(id), wrapped: sealed });

const bodyShape = record({
  format: oneOf([format]),
  version: counting,
  tenants: listByKey(tenant, (item) => item.id),
  clusters: listByKey(cluster, (item) => item.id),
  placements: listByKey(placement, (item) => `${item.tenant}/${item.product}`),
  connections: listByKey(connection, (item) => item.id),
  resolver: listByKey(resolverEntry, ({ ref }) => JSON.stringify([ref.system, ref.kind, ref.id])),
  subscriptions: listByKey(subscription, (item) => item.product),
  configuration: listByKey(configurationEntry, (item) => item.declaration.key),
});
const dataKeysShape = listByKey(dataKey, (item) => item.id);

/** The same state always gives the same text, as far as the view's own order is the same. */
export function encodeSnapshot({ view, dataKeys }: Snapshot): SnapshotText {
  const body = {
    format,
    version: view.version,
    tenants: [...view.tenants.values()],
    clusters: [...view.clusters.values()],
    placements: view.placements,
    connections: [...view.connections.values()],
    resolver: view.resolver,
    subscriptions: view.subscriptions,
    configuration: [...view.configuration.values()],
  };
  return {
    body: JSON.stringify(body),
    dataKeys: JSON.stringify(dataKeys.map(({ id: key, tenant: owner, wrapped }) => ({ id: key, tenant: owner, wrapped }))),
  };
}

/** Reads what `encodeSnapshot` wrote, and refuses everything else as a whole. @throws COMMAND_SNAPSHOT_MALFORMED */
export function decodeSnapshot(snapshot: SnapshotText): Snapshot {
  const { format: _, ...body } = bodyShape(parse(snapshot.body, 'body'), 'body');
  const view: GovernanceView = {
    ...body,
    placements: [...body.placements.values()],
    resolver: [...body.resolver.values()],
    subscriptions: [...body.subscriptions.values()],
  };
  checkReferences(view);
  return { view, dataKeys: [...dataKeysShape(parse(snapshot.dataKeys, 'dataKeys'), 'dataKeys').values()] };
}

function parse(json: string, at: string): unknown {
  if (json.length > maxLength) throw errors.SNAPSHOT_MALFORMED(at, `is longer than ${maxLength} characters`);
  try {
    return JSON.parse(json);
  } catch (error) {
    throw errors.SNAPSHOT_MALFORMED.because({ cause: error }, at, 'is not JSON');
  }
}

/** What the database of control promises by its foreign keys, and who decides by the view relies on. */
function checkReferences({ tenants, clusters, placements, connections, resolver }: GovernanceView): void {
  const checkTenant = (owner: string | null, at: string) => {
    if (owner !== null && !tenants.has(owner)) throw errors.SNAPSHOT_MALFORMED(at, 'names a tenant that is not in the snapshot');
  };
  for (const place of placements) {
    checkTenant(place.tenant, 'body/placements');
    if (clusters.get(place.cluster)?.product !== place.product) {
      throw errors.SNAPSHOT_MALFORMED('body/placements', 'names a cluster that does not run the product');
    }
  }
  for (const { tenant: owner } of connections.values()) checkTenant(owner, 'body/connections');
  for (const { tenant: owner } of resolver) checkTenant(owner, 'body/resolver');
}
