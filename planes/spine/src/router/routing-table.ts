import type { ExternalRef } from '@etis/contracts/events';
import type { GovernanceView, ResolverEntry } from '@etis/contracts/governance';
import type { ProductId, TenantId } from '@etis/contracts/tenancy';

/** What routing asks of a governance view, indexed once for each version of it. */
export interface RoutingTable {
  readonly view: GovernanceView;
  /** The entry of the first of `refs` that has one; with `tenant`, only that tenant's entries count. */
  resolve(refs: readonly ExternalRef[], tenant: TenantId | null): ResolverEntry | undefined;
  /** The products that the tenant has a placement of and that asked for events of this type, each once, in alphabetical order. */
  subscribers(tenant: TenantId, type: string): readonly ProductId[];
  placed(tenant: TenantId, product: ProductId): boolean;
}

const maxRemembered = 10_000;

function refKey(ref: ExternalRef): string {
  return JSON.stringify([ref.system, ref.kind, ref.id]);
}

/** `*` takes every type, `a.b.*` every type that starts with `a.b.`, anything else only itself. */
export function typeMatches(pattern: string, type: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

export function routingTable(view: GovernanceView): RoutingTable {
  const entries = new Map<string, ResolverEntry[]>();
  for (const entry of view.resolver) {
    const key = refKey(entry.ref);
    entries.set(key, [...(entries.get(key) ?? []), entry]);
  }
  const products = new Map<TenantId, Set<ProductId>>();
  for (const placement of view.placements) {
    products.set(placement.tenant, (products.get(placement.tenant) ?? new Set()).add(placement.product));
  }
  const types = new Map<ProductId, string[]>();
  for (const subscription of view.subscriptions) {
    types.set(subscription.product, [...(types.get(subscription.product) ?? []), ...subscription.types]);
  }
  const subscribers = new Map<string, readonly ProductId[]>();

  function subscribersOf(tenant: TenantId, type: string): readonly ProductId[] {
    return [...(products.get(tenant) ?? [])].filter((product) => types.get(product)?.some((pattern) => typeMatches(pattern, type))).sort();
  }

  return {
    view,
    resolve(refs, tenant) {
      for (const ref of refs) {
        const entry = entries.get(refKey(ref))?.find((candidate) => tenant === null || candidate.tenant === tenant);
        if (entry !== undefined) return entry;
      }
      return undefined;
    },
    subscribers(tenant, type) {
      const key = `${tenant} ${type}`;
      const known = subscribers.get(key);
      if (known !== undefined) return known;
      // Senders choose types: what is remembered of them stays bounded.
      if (subscribers.size >= maxRemembered) subscribers.clear();
      const found = subscribersOf(tenant, type);
      subscribers.set(key, found);
      return found;
    },
    placed: (tenant, product) => products.get(tenant)?.has(product) ?? false,
  };
}
