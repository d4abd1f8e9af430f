import type { ConfigurationEntry } from './configuration.ts';
import type { ExternalRef, SourceKind } from './events.ts';
import type { Cluster, ClusterId, ConnectionId, Placement, ProductId, Tenant, TenantId } from './tenancy.ts';

/** A secret at rest: an AES-256-GCM envelope as text, `v1.<key id>.<nonce>.<ciphertext and tag>`, each part base64url. */
export type SealedSecret = string;

/** A configured source as hot paths see it. `tenant` is null where many tenants share it and the resolver tells them apart. */
export interface ConnectionView {
  readonly id: ConnectionId;
  readonly source: SourceKind;
  readonly tenant: TenantId | null;
  readonly enabled: boolean;
  /** Every secret that is live now, newest first; during a rotation there are two. */
  readonly secrets: readonly SealedSecret[];
}

/** Where an external id belongs. */
export interface ResolverEntry {
  readonly ref: ExternalRef;
  readonly tenant: TenantId;
  readonly project: string | null;
  readonly region: string | null;
  /** The product that a directed event goes to; null where broadcast is all that is asked of the entry. */
  readonly product: ProductId | null;
}

/** A product's interest in event types: an exact type, or a prefix that ends in `.*`, or `*`. */
export interface Subscription {
  readonly product: ProductId;
  readonly types: readonly string[];
  /**
   * Conditions in CEL by the pattern of `types` that they narrow. For one event the most specific pattern counts, with its condition or without;
   * absent where there is none.
   */
  readonly filters?: Readonly<Record<string, string>>;
}

/**
 * What governs every hot path: edge, ingestion, router, dispatcher, clusters and workers decide from this, in memory, and ask nobody.
 * Immutable; a change is a new view with a higher version.
 */
export interface GovernanceView {
  readonly version: number;
  readonly tenants: ReadonlyMap<TenantId, Tenant>;
  readonly clusters: ReadonlyMap<ClusterId, Cluster>;
  readonly placements: readonly Placement[];
  readonly connections: ReadonlyMap<ConnectionId, ConnectionView>;
  readonly resolver: readonly ResolverEntry[];
  readonly subscriptions: readonly Subscription[];
  /** Parameters and flags by key. */
  readonly configuration: ReadonlyMap<string, ConfigurationEntry>;
}

/** Reads the current view; never does I/O. `subscribe` calls back after each change and returns the way to stop that. */
export interface Governance {
  current(): GovernanceView;
  subscribe(callback: (view: GovernanceView) => void): () => void;
}
