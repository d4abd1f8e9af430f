import { createGovernanceStore } from '@etis/agent';
import type { Governance, GovernanceView } from '@etis/contracts/governance';
import type { Cluster } from '@etis/contracts/tenancy';
import { silentLog } from '@etis/kernel';
import { tenantOf } from './message.ts';

/** What governs the spine in a measurement: `lanes` tenants, each placed on all clusters, whose products want every event. */
export function benchGovernance(lanes: number, clusters: readonly Cluster[]): Governance {
  const tenants = Array.from({ length: lanes }, (_, lane) => tenantOf(lane));
  const view: GovernanceView = {
    version: 1,
    tenants: new Map(tenants.map((id) => [id, { id, name: id, status: 'active' }])),
    clusters: new Map(clusters.map((cluster) => [cluster.id, cluster])),
    placements: clusters.flatMap(({ id, product }) => tenants.map((tenant) => ({ tenant, product, cluster: id }))),
    connections: new Map(),
    resolver: [],
    subscriptions: clusters.map(({ product }) => ({ product, types: ['bench.*'] })),
    configuration: new Map(),
  };
  return createGovernanceStore({ log: silentLog, initial: view }).governance;
}

export function benchClusters(count: number): readonly Cluster[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `bench-${index}-standard`,
    product: `bench-${index}`,
    tier: 'standard' as const,
  }));
}
