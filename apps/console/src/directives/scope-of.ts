import type { DirectiveScope } from '@etis/client';

export type ScopeKind = 'platform' | 'product' | 'cluster' | 'tenant' | 'connection';

/** What an order is about; null until it is said, so that an order on the whole platform is never given for want of a choice. */
export function scopeOf(kind: ScopeKind, of: string | null): DirectiveScope | null {
  if (kind === 'platform') return {};
  return of === null || of === '' ? null : { [kind]: of };
}
