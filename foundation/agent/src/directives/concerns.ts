import type { Directive, DirectiveScope } from '@etis/contracts/directives';
import type { SubscriberIdentity, SubscriberKind } from '@etis/contracts/link';
import type { TenantId } from '@etis/contracts/tenancy';
import { isBreakGlass } from './directive-order.ts';

/** The tenants that a subscriber may know of; `all` for one that serves every tenant. */
export type KnownTenants = ReadonlySet<TenantId> | 'all';

/** What each kind of subscriber can tell targets apart by. A directive that names anything else never restricts what it does. */
const toldApartBy: Readonly<Record<SubscriberKind, readonly (keyof DirectiveScope)[]>> = {
  edge: ['tenant'],
  ingestion: ['tenant', 'connection'],
  router: ['tenant', 'connection'],
  dispatcher: ['tenant', 'product', 'cluster'],
  cluster: ['tenant', 'product', 'cluster'],
  worker: ['tenant', 'product', 'kind'],
};

/**
 * Whether a subscriber has to know a directive: it would restrict something there, and names no tenant that the subscriber must not know of. A
 * feature may be asked for anywhere.
 */
export function concernsSubscriber(directive: Directive, identity: SubscriberIdentity, tenants: KnownTenants): boolean {
  if (directive.verb === 'resume') return true;
  if (isBreakGlass(directive)) return directive.breakGlass.target === identity.id;
  return concernsByScope(directive.scope, identity, tenants);
}

/** The same for what would be restricted. */
export function concernsByScope(scope: DirectiveScope, identity: SubscriberIdentity, tenants: KnownTenants): boolean {
  if (scope.tenant !== undefined && tenants !== 'all' && !tenants.has(scope.tenant)) return false;
  if (scope.feature !== undefined) return true;
  const members = (Object.keys(scope) as (keyof DirectiveScope)[]).filter((member) => scope[member] !== undefined);
  if (!members.every((member) => toldApartBy[identity.kind].includes(member))) return false;
  if (identity.kind === 'cluster' && scope.cluster !== undefined) return identity.scope === scope.cluster;
  if (identity.kind === 'worker' && scope.kind !== undefined && identity.scope !== null) {
    return identity.scope.split(',').includes(scope.kind);
  }
  return true;
}
