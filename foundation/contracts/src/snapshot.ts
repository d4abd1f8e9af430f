import type { ConfigurationEntry } from './configuration.ts';
import type { ConnectionView, ResolverEntry, Subscription } from './governance.ts';
import type { WrappedDataKey } from './secrets.ts';
import type { Cluster, Placement, Tenant } from './tenancy.ts';

/** What can be governed on its own: each section has its own version, is applied or refused on its own, and travels whole or as a difference. */
export const sectionNames = [
  'tenants',
  'clusters',
  'placements',
  'connections',
  'data-keys',
  'resolver',
  'subscriptions',
  'configuration',
] as const;
export type SectionName = (typeof sectionNames)[number];

/** What a section holds, by key. Placements are kept by tenant, because everybody asks for them by tenant. */
export interface SectionValues {
  readonly tenants: Tenant;
  readonly clusters: Cluster;
  readonly placements: readonly Placement[];
  readonly connections: ConnectionView;
  readonly 'data-keys': WrappedDataKey;
  readonly resolver: ResolverEntry;
  readonly subscriptions: Subscription;
  readonly configuration: ConfigurationEntry;
}

/**
 * What changed in the governed state from one version to the next, by section and key; a removed key has null. With `from` null it is everything
 * there is, and whatever was before does not count. A version is never reused for another state.
 */
export interface GovernanceChange {
  readonly from: number | null;
  readonly version: number;
  readonly sections: { readonly [Name in SectionName]?: Readonly<Record<string, SectionValues[Name] | null>> };
}

/** Takes changes in their order; after one that failed it is asked for everything anew. */
export interface GovernanceFeed {
  publish(change: GovernanceChange): void;
}

/** Something signed: the exact text that was signed, by which key, and what certifies that key. */
export interface Signed {
  /** Canonical JSON (RFC 8785; numbers are safe integers only). The signature covers `etis/<purpose>\n` and this text. */
  readonly payload: string;
  readonly keyId: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

export type SigningPurpose =
  | 'certificate'
  | 'manifest'
  | 'directive'
  | 'break-glass'
  | 'receipt'
  | 'acknowledgement'
  | 'checkpoint'
  | 'link'
  | 'recovery'
  | 'bundle';

/** What the root key says of an online key; signed for `certificate`. Without it no signature of that key counts. */
export interface KeyCertificate {
  readonly installation: string;
  readonly keyId: string;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  /** `online` signs manifests, directives and checkpoints; `operator` signs break-glass directives and nothing else. */
  readonly role: 'online' | 'operator';
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Order of everything that governs: a higher epoch is later whatever the version says. */
export interface Moment {
  readonly epoch: number;
  readonly version: number;
}

export interface SectionStamp {
  readonly version: number;
  /** Of the section's content as the subscriber must hold it, lower-case hex; see `SectionContent` in the agent. */
  readonly sha256: string;
}

/** What one subscriber is governed by, signed for `manifest`. */
export interface Manifest extends Moment {
  readonly installation: string;
  readonly subscriber: string;
  readonly issuedAt: string;
  readonly freshUntil: string;
  readonly sections: Readonly<Partial<Record<SectionName, SectionStamp>>>;
  /** SHA-256 of the payload of every directive in force that concerns the subscriber, sorted. What is not named here is settled, break-glass included. */
  readonly directives: readonly string[];
  /**
   * The highest sequence of a directive of this epoch that was known when this was compiled: a later one is not settled by it, however the two
   * overtake each other. Absent: it settles everything that it does not name.
   */
  readonly directivesThrough?: number;
  /** Ids of keys that no longer count, whatever their certificates say. */
  readonly revokedKeys: readonly string[];
}

/** A section on its way: whole (`from` null), or what changed since the version `from`. Entries are values by key; a removed key has null. */
export interface SectionUpdate<Name extends SectionName = SectionName> {
  readonly section: Name;
  readonly from: number | null;
  readonly version: number;
  readonly entries: Readonly<Record<string, SectionValues[Name] | null>>;
}

/** What the platform sends to govern: the manifest, what the subscriber lacks of its sections, and the signed directives that it may lack. */
export interface Snapshot {
  readonly manifest: Signed;
  /** Certificates, signed by the root, of every key that signed something here. */
  readonly certificates: readonly Signed[];
  readonly updates: readonly SectionUpdate[];
  readonly directives: readonly Signed[];
}

/** What a subscriber holds or did: per section the applied version, or why it was refused. */
export interface Acknowledgement extends Moment {
  readonly subscriber: string;
  readonly sections: Readonly<Partial<Record<SectionName, { readonly version: number; readonly refused: string | null }>>>;
  /** `fresh` until the manifest's fresh-until, then `stale`. */
  readonly state: 'fresh' | 'stale';
}

/** What a role does past fresh-until. */
export type OnLeaseEnd = 'continue' | 'stop-new-work' | 'stop';

/** READY: a manifest is in force and fresh. STALE: it is past fresh-until. EMPTY: there has never been one. */
export type Freshness = 'EMPTY' | 'READY' | 'STALE';
