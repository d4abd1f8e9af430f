import type { ExternalRef } from '@etis/contracts/events';
import type { GovernanceView, ResolverEntry } from '@etis/contracts/governance';
import type { ProductId, TenantId } from '@etis/contracts/tenancy';
import { type Interest, subscriptionIndex } from './subscription-index.ts';

/** What routing asks of a governance view, indexed once for each version of it. */
export interface RoutingTable {
  readonly view: GovernanceView;
  /** The entry of the first of `refs` that has one; with `tenant`, only that tenant's entries count. */
  resolve(refs: readonly ExternalRef[], tenant: TenantId | null): ResolverEntry | undefined;
  /** The products that the tenant has a placement of and that asked for events of this type, each once, in alphabetical order, with their filters. */
  interests(tenant: TenantId, type: string): readonly Interest[];
  placed(tenant: TenantId, product: ProductId): boolean;
}

const maxRemembered = 10_000;

function refKey(ref: ExternalRef): string {
  return JSON.stringify([ref.system, ref.kind, ref.id]);
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
  const asked = subscriptionIndex(view.subscriptions);
  const interested = new Map<string, readonly Interest[]>();

  function interestsOf(tenant: TenantId, type: string): readonly Interest[] {
    const own = products.get(tenant);
    return own === undefined ? [] : asked(type).filter(({ product }) => own.has(product));
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
    interests(tenant, type) {
      const key = `${tenant} ${type}`;
      const known = interested.get(key);
      if (known !== undefined) return known;
      // Senders choose types: what is remembered of them stays bounded.
      if (interested.size >= maxRemembered) interested.clear();
      const found = interestsOf(tenant, type);
      interested.set(key, found);
      return found;
    },
    placed: (tenant, product) => products.get(tenant)?.has(product) ?? false,
  };
}
