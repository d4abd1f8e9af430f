import type { Log } from './log.ts';
import type { TenantId } from './tenancy.ts';

/** Who acts: a person with the operator's credential, a part of the platform, or a connection that delivered something. */
export type Actor =
  | { readonly kind: 'operator'; readonly id: string }
  | { readonly kind: 'system'; readonly id: string }
  | { readonly kind: 'connection'; readonly id: string }
  | { readonly kind: 'anonymous'; readonly id: 'anonymous' };

/**
 * The one explicit context that travels through requests, handlers and jobs; every store takes it.
 *
 * `tenant` is null where no tenant is concerned. `trace` is 32 lower-case hex characters (W3C trace id).
 * `deadline` is in epoch milliseconds; absent means that the caller waits as long as it takes.
 */
export interface Context {
  readonly actor: Actor;
  readonly tenant: TenantId | null;
  readonly trace: string;
  readonly log: Log;
  readonly deadline?: number;
}

/** A context that names its tenant: what `db.tenant` and product handlers take. */
export interface TenantContext extends Context {
  readonly tenant: TenantId;
}
