import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { BundleManifest, BundleSource } from '@etis/contracts/datasets';
import type { EmittedEvent } from '@etis/contracts/events';
import { createLoop, type Loop, systemClock, traceparentFrom } from '@etis/kernel';
import { type BundleStore, createBundleStore } from '@etis/runtime';
import type { GovernedPart } from '../node/governed-part.ts';
import type { Node } from '../node/node.ts';
import type { Installation } from '../platform/installations.ts';

const everyMs = 2_000;

/** The bundles of a cluster in this process's home. What signed them is asked of what the cluster is governed by. */
export function bundleStoreOf(
  { cluster, product }: Installation,
  node: Pick<Node, 'home' | 'log' | 'spine'> & { part: GovernedPart },
): BundleStore {
  const { home, log, spine, part } = node;
  return createBundleStore({
    ...{ folder: join(home.datasets, cluster.id), cluster, datasets: product.datasets, log },
    verify(signed) {
      if (part.trust === null) throw new Error('a bundle came before the cluster was governed');
      return part.trust.open<BundleManifest>('bundle', signed, { now: systemClock.now(), role: 'online' });
    },
    announce: (manifest) => spine.publisher.publish(manifest.product, [publishedEvent(manifest, cluster.id)]),
    placed: (tenant) =>
      part.governance.current().placements.some((placement) => placement.tenant === tenant && placement.cluster === cluster.id),
  });
}

/** Brings what is new again and again, once the cluster knows whom it serves: before that every tenant would seem to have left. */
export function bundleDelivery(
  store: BundleStore,
  { part, source, log }: { part: GovernedPart; source: BundleSource } & Pick<Node, 'log'>,
): Loop {
  let isOpen = false;
  return createLoop({
    name: `bundles of ${part.scope}`,
    log,
    idleMs: everyMs,
    async round() {
      if (part.governance.current().version === 0) return false;
      if (!isOpen) await store.open();
      isOpen = true;
      return (await store.bring(source)).length > 0;
    },
  });
}

/** `dataset.published`: the same for every repeat, and another for each cluster, since a tenant that moves is new there. */
function publishedEvent({ product, tenant, dataset, version, madeAt, rows }: BundleManifest, cluster: string): EmittedEvent {
  const digest = createHash('sha256').update(`${cluster}\n${tenant}\n${dataset}\n${version}\n${madeAt}`).digest('hex');
  const time = Math.max(0, Date.parse(madeAt)).toString(16).padStart(12, '0').slice(-12);
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7${digest.slice(0, 3)}-a${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
  return {
    ...{ id, source: '/datasets', type: 'dataset.published', subject: dataset, time: madeAt, tenant, project: null, region: null },
    ...{ traceparent: traceparentFrom(undefined), flow: id, cause: null, hop: 0 },
    data: JSON.stringify({ product, dataset, version, rows }),
  };
}
