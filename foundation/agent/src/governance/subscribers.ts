import type { GovernanceView } from '@etis/contracts/governance';
import type { ClusterId, Placement, ProductId, TenantId } from '@etis/contracts/tenancy';
import { oncePerPart } from './view.ts';

interface SubscriptionIndex {
  readonly everything: ReadonlySet<ProductId>;
  readonly exact: ReadonlyMap<string, ReadonlySet<ProductId>>;
  /** By prefix with its final dot: `document.` for `document.*`. */
  readonly prefixes: ReadonlyMap<string, ReadonlySet<ProductId>>;
}

const indexOf = oncePerPart('subscriptions', (subscriptions): SubscriptionIndex => {
  const everything = new Set<ProductId>();
  const exact = new Map<string, Set<ProductId>>();
  const prefixes = new Map<string, Set<ProductId>>();
  const add = (map: Map<string, Set<ProductId>>, key: string, product: ProductId) => {
    const products = map.get(key) ?? new Set();
    map.set(key, products.add(product));
  };
  for (const { product, types } of subscriptions) {
    for (const type of types) {
      if (type === '*') everything.add(product);
      else if (type.endsWith('.*')) add(prefixes, type.slice(0, -1), product);
      else add(exact, type, product);
    }
  }
  return { everything, exact, prefixes };
});

const placementsOf = oncePerPart('placements', (placements) => Map.groupBy(placements, ({ tenant }) => tenant));

/** The products that subscribed to an event type: by its name, by a prefix of it that ends in `.*`, or by `*`. */
export function subscribers(view: GovernanceView, type: string): ReadonlySet<ProductId> {
  const { everything, exact, prefixes } = indexOf(view);
  const found = new Set([...everything, ...(exact.get(type) ?? [])]);
  for (const [prefix, products] of prefixes) {
    if (type.startsWith(prefix)) for (const product of products) found.add(product);
  }
  return found;
}

/** The tenant's placements whose product subscribed to the event type, in the order of the view: who gets a copy of an event. */
export function subscribedPlacements(view: GovernanceView, { tenant, type }: { tenant: TenantId; type: string }): readonly Placement[] {
  const placements = placementsOf(view).get(tenant);
  if (placements === undefined) return [];
  const products = subscribers(view, type);
  return placements.filter(({ product }) => products.has(product));
}

/** Whether the tenant has a placement on the cluster. */
export function isPlacedOn(view: GovernanceView, tenant: TenantId, cluster: ClusterId): boolean {
  return (
    placementsOf(view)
      .get(tenant)
      ?.some((placement) => placement.cluster === cluster) ?? false
  );
}
