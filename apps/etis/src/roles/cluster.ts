import { isPlacedOn } from '@etis/agent';
import { createFlagProvider } from '@etis/agent/flags';
import type { Log } from '@etis/contracts/log';
import type { Cluster } from '@etis/contracts/tenancy';
import type { Service } from '@etis/kernel';
import { createClusterHost } from '@etis/runtime';
import { spineDomain } from '@etis/spine';
import { OpenFeature } from '@openfeature/server-sdk';
import { errors } from '../errors.ts';
import type { GovernedPart } from '../node/governed-part.ts';
import type { Node } from '../node/node.ts';
import { type Installation, installations } from '../platform/installations.ts';
import { bundleDelivery, bundleStoreOf } from './bundle-delivery.ts';
import type { Role } from './role.ts';

/** Hosts product clusters and delivers their lanes to them: a lane is dispatched where its cluster runs. */
export const cluster: Role = {
  domains: [spineDomain, ...installations.map(({ domain }) => domain)],
  spine: ['inbox', 'jobs', 'dispatcher'],
  parts: (choice) => [
    { kind: 'dispatcher', scope: null },
    ...hostedHere(choice).map(({ cluster: { id } }) => ({ kind: 'cluster' as const, scope: id })),
  ],
  async prepare(node) {
    const { spine, parts, meter, log, open, hosts, stores } = node;
    meter.watchQueues(spine.queues.lanes);
    for (const installation of hostedHere(node)) {
      const { cluster: place, product, domain } = installation;
      const part = parts.of('cluster', place.id);
      const { governance, directives, evaluation } = part;
      const bundles = bundleStoreOf(installation, { home: node.home, log, spine, part });
      if (product.datasets.length > 0) stores.set(place.id, bundles);
      const placed = (tenant: string) => isPlacedOn(governance.current(), tenant, place.id);
      hosts.set(
        place.id,
        createClusterHost({
          cluster: place,
          product,
          db: open(domain),
          jobs: spine.jobs,
          publish: spine.publisher,
          log,
          placed,
          directives,
          evaluation,
          meter,
          bundles,
        }),
      );
    }
  },
  async start(node) {
    const { hosts, bullmq, parts, log, run, bundles: source } = node;
    for (const [id, store] of node.stores) {
      if (source !== null) await run(bundleDelivery(store, { part: parts.of('cluster', id), source, log }));
    }
    for (const host of hosts.values()) await run(host.relay);
    for (const [id, host] of hosts) if (bullmq !== null) await run(bullmq.receive(id, host.handle));
    for (const { cluster: place } of hostedHere(node)) await run(flagsOf(parts.of('cluster', place.id), place, log));
  },
};

/** What a product reads by `OpenFeature.getClient(<cluster>)`: READY, STALE and ERROR are what governs the cluster. */
function flagsOf({ evaluation, governance, freshness }: GovernedPart, { id, product, tier }: Cluster, log: Log): Service {
  const target = { product, cluster: id, tier };
  return {
    name: `flags of ${id}`,
    async start() {
      // What is not governed yet is an ERROR until it is, and no reason not to start.
      await OpenFeature.setProviderAndWait(id, createFlagProvider({ evaluation, governance, freshness, target })).catch((error: unknown) =>
        log.warn({ cluster: id, err: error }, 'flags are not to be had yet'),
      );
    },
    async stop() {
      await OpenFeature.clearProviders();
    },
  };
}

/** @throws ETIS_CLUSTER_UNKNOWN */
export function hostedHere({ clusters }: Pick<Node, 'clusters'>): readonly Installation[] {
  if (clusters === null) return installations;
  const known = installations.map(({ cluster: { id } }) => id);
  for (const id of clusters) if (!known.includes(id)) throw errors.CLUSTER_UNKNOWN(id, known.join(', '));
  return installations.filter(({ cluster: { id } }) => clusters.includes(id));
}
