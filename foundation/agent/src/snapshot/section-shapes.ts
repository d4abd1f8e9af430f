import {
  type ConfigurationEntry,
  type ConfigurationLevel,
  environments,
  type FlagRule,
  type ParameterType,
} from '@etis/contracts/configuration';
import type { ConnectionView, ResolverEntry, Subscription } from '@etis/contracts/governance';
import type { WrappedDataKey } from '@etis/contracts/secrets';
import type { SectionName, SectionValues } from '@etis/contracts/snapshot';
import { type Cluster, type Placement, type Tenant, tiers } from '@etis/contracts/tenancy';
import { anything, list, oneOf, orNull, record, type Shape, text, texts, yesOrNo } from './shape.ts';

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
const subscribed = { product: id, types: list(text(500)) };
const plainSubscription: Shape<Subscription> = record(subscribed);
// What a filter says is looked at where it is compiled: one that this release cannot read takes nothing.
const filteredSubscription: Shape<Subscription> = record({ ...subscribed, filters: texts(1_000) });
const subscription: Shape<Subscription> = (value, at) =>
  typeof value === 'object' && value !== null && 'filters' in value ? filteredSubscription(value, at) : plainSubscription(value, at);
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

/** What a value of each section looks like. */
export const sectionShapes: { readonly [Name in SectionName]: Shape<SectionValues[Name]> } = {
  tenants: tenant,
  clusters: cluster,
  placements: list(placement),
  connections: connection,
  'data-keys': dataKey,
  resolver: resolverEntry,
  subscriptions: subscription,
  configuration: configurationEntry,
};
