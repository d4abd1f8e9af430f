/** A customer organisation: 1 to 40 characters of `[a-z0-9-]`, starting with a letter. */
/** Whose events are about the platform itself; no tenant can have this id. */
export const platformTenant = 'platform';

export type TenantId = string;
/** One product runtime of one tier, for example `nudge-standard`. Same alphabet as a tenant id. */
export type ClusterId = string;
/** A SaaS product, for example `nudge`. Same alphabet as a tenant id. */
export type ProductId = string;
/** A configured external source; 1 to 60 characters of `[a-z0-9-]`. */
export type ConnectionId = string;

export const tiers = ['standard', 'advanced', 'enterprise'] as const;
/** standard shares a runtime, advanced has dedicated resources, enterprise is isolated. */
export type Tier = (typeof tiers)[number];

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly status: 'active' | 'suspended';
}

export interface Cluster {
  readonly id: ClusterId;
  readonly product: ProductId;
  readonly tier: Tier;
}

/** A tenant's use of a product, on one cluster. */
export interface Placement {
  readonly tenant: TenantId;
  readonly product: ProductId;
  readonly cluster: ClusterId;
}
