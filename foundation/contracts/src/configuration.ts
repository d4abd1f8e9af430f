import type { ClusterId, ProductId, TenantId, Tier } from './tenancy.ts';

/** Where an installation is used: values may differ between them. */
export const environments = ['live', 'staging', 'sandbox'] as const;
export type Environment = (typeof environments)[number];

/** A parameter's type and the bounds of its values. `json` values are at most 10,000 characters of JSON. */
export type ParameterType =
  | { readonly type: 'boolean' }
  | { readonly type: 'string'; readonly maxLength?: number; readonly oneOf?: readonly string[] }
  | { readonly type: 'number'; readonly minimum?: number; readonly maximum?: number; readonly integer?: boolean }
  | { readonly type: 'json' };

/** What a product declares of a parameter that people may set remotely. Keys are `<product>.<name>`, lower case, dots and dashes. */
export interface ParameterDeclaration {
  readonly key: string;
  readonly product: ProductId;
  readonly description: string;
  readonly value: ParameterType;
  readonly default: unknown;
}

/** What a product declares of a feature flag: its variants by name, and the one that counts where nothing else is said. */
export interface FlagDeclaration {
  readonly key: string;
  readonly product: ProductId;
  readonly description: string;
  readonly value: ParameterType;
  readonly variants: Readonly<Record<string, unknown>>;
  readonly default: string;
  /** The variant while a directive kills the feature. */
  readonly off: string;
}

/**
 * Where a value was set. Broader levels are overruled by narrower ones, in the order platform, product, tier, tenant, unit (a project of the tenant);
 * at each level one that names an environment overrules one that does not.
 */
export type ConfigurationLevel =
  | { readonly level: 'platform' }
  | { readonly level: 'product'; readonly product: ProductId }
  | { readonly level: 'tier'; readonly tier: Tier }
  | { readonly level: 'tenant'; readonly tenant: TenantId }
  | { readonly level: 'unit'; readonly tenant: TenantId; readonly unit: string };

export interface ParameterSetting {
  readonly at: ConfigurationLevel;
  /** Null: in every environment. */
  readonly environment: Environment | null;
  readonly value: unknown;
}

/** One rule of a flag; the first that fits decides. Members that are absent fit everything. */
export interface FlagRule {
  readonly id: string;
  readonly tenants?: readonly TenantId[];
  readonly tiers?: readonly Tier[];
  readonly clusters?: readonly ClusterId[];
  readonly environments?: readonly Environment[];
  /** From and until when it fits, RFC 3339. */
  readonly from?: string;
  readonly until?: string;
  /**
   * Variants and their shares in hundredths of a percent (sum at most 10,000; the rest falls to the next rule). Sticky: the bucket is a hash of
   * the flag's key, the rule's `seed` and the targeting key, and each declared variant fills an equal part of the buckets of its own before it
   * takes free ones of others. So raising a share takes nobody's variant away as long as the flag has two variants, or no share is above its part.
   */
  readonly rollout?: { readonly seed: string; readonly by: 'tenant' | 'subject'; readonly shares: Readonly<Record<string, number>> };
  /** Where there is no roll-out. */
  readonly variant?: string;
}

/** What travels in the section `configuration`, by key. */
export type ConfigurationEntry =
  | { readonly kind: 'parameter'; readonly declaration: ParameterDeclaration; readonly settings: readonly ParameterSetting[] }
  | { readonly kind: 'flag'; readonly declaration: FlagDeclaration; readonly enabled: boolean; readonly rules: readonly FlagRule[] };

/** For whom a value is asked. `subject` is a person or thing within the tenant, for roll-outs by subject. */
export interface EvaluationTarget {
  readonly tenant?: TenantId;
  readonly product?: ProductId;
  readonly tier?: Tier;
  readonly cluster?: ClusterId;
  readonly unit?: string;
  readonly subject?: string;
}

/**
 * Values for targets, decided in memory from what governs this process; never does I/O and never throws. Where a key is unknown the value is null,
 * and where something does not fit the declaration it is the declared default; both have the reason ERROR.
 */
export interface Evaluation {
  parameter(key: string, target: EvaluationTarget): Explained;
  flag(key: string, target: EvaluationTarget): Explained;
}

/** A value, and why it is that: where it was set or which rule decided, and what was overruled or did not fit, broadest first. */
export interface Explained {
  readonly key: string;
  readonly value: unknown;
  readonly variant: string | null;
  readonly reason: 'DEFAULT' | 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'ERROR' | 'STALE';
  readonly why: readonly string[];
}

/**
 * One change of a parameter's settings or a flag's rules; the newest first in a history. Of a parameter `before` and `after` hold only the setting
 * that was changed, none where it was not set.
 */
export interface ConfigurationChange {
  readonly id: string;
  readonly key: string;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly before: ConfigurationEntry | null;
  readonly after: ConfigurationEntry;
  /** The change that this one rolled back; null where it is not a roll-back. */
  readonly rollsBack: string | null;
}
