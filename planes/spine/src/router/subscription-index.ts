import type { Subscription } from '@etis/contracts/governance';
import type { ProductId } from '@etis/contracts/tenancy';
import { errorText } from '@etis/kernel';
import { compileFilter, type EventFilter } from '@etis/kernel/event-filter';

/** A product's interest in one event type: with a filter, only in some of them. */
export interface Interest {
  readonly product: ProductId;
  readonly filter: InterestFilter | null;
}

/** The filter of the pattern that counts, and both as the product declared them. */
export interface InterestFilter {
  readonly pattern: string;
  readonly condition: string;
  readonly takes: EventFilter;
}

/** Who asked for an event type, in alphabetical order of products. For each product its most specific pattern counts. */
export type SubscriptionIndex = (type: string) => readonly Interest[];

/** Types come from outside; past this many the index begins anew, so that nobody can fill the memory with invented ones. */
const maxRemembered = 4_096;

const known = new WeakMap<readonly Subscription[], SubscriptionIndex>();

/** The index of a list of subscriptions: filters are compiled once for each list, which views share as long as nothing of it changes. */
export function subscriptionIndex(subscriptions: readonly Subscription[]): SubscriptionIndex {
  const before = known.get(subscriptions);
  if (before !== undefined) return before;
  const index = createIndex(subscriptions);
  known.set(subscriptions, index);
  return index;
}

/** `*` takes every type, `a.b.*` every type that starts with `a.b.`, anything else only itself. */
export function typeMatches(pattern: string, type: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

function createIndex(subscriptions: readonly Subscription[]): SubscriptionIndex {
  const patterns = new Map<ProductId, { readonly pattern: string; readonly filter: InterestFilter | null }[]>();
  for (const { product, types, filters } of subscriptions) {
    const own = types.map((pattern) => ({ pattern, filter: filterOf(pattern, filters?.[pattern]) }));
    patterns.set(product, [...(patterns.get(product) ?? []), ...own]);
  }
  const products = [...patterns].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [, own] of products) own.sort((one, other) => specificity(other.pattern) - specificity(one.pattern));
  const remembered = new Map<string, readonly Interest[]>();
  return (type) => {
    const found = remembered.get(type);
    if (found !== undefined) return found;
    const interests = products.flatMap(([product, own]) => {
      const first = own.find(({ pattern }) => typeMatches(pattern, type));
      return first === undefined ? [] : [{ product, filter: first.filter }];
    });
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(type, interests);
    return interests;
  };
}

/** An exact type before every prefix, a longer prefix before a shorter one, `*` last. */
function specificity(pattern: string): number {
  if (pattern === '*') return 0;
  return pattern.endsWith('.*') ? pattern.length : Number.MAX_SAFE_INTEGER;
}

function filterOf(pattern: string, condition: string | undefined): InterestFilter | null {
  return condition === undefined ? null : { pattern, condition, takes: compiled(condition) };
}

/** A filter that a newer release declared and this one cannot read takes nothing: what it might have refused must not get through. */
function compiled(condition: string): EventFilter {
  try {
    return compileFilter(condition);
  } catch (error) {
    const reason = errorText(error);
    return () => ({ takes: false, error: reason });
  }
}
