import { createEvaluation, emptyView } from '@etis/agent';
import type { ConfigurationEntry, Environment, EvaluationTarget, Explained } from '@etis/contracts/configuration';
import type { ClusterId, TenantId, Tier } from '@etis/contracts/tenancy';
import type { PlatformTx } from '@etis/postgres';

/** For whom a value is asked; of a tenant its cluster and tier are those of its placement. */
export interface TargetQuery {
  readonly tenant?: TenantId;
  readonly tier?: Tier;
  readonly cluster?: ClusterId;
  readonly unit?: string;
  readonly subject?: string;
  /** By default the installation's own. */
  readonly environment?: Environment;
}

/** A tenant with where it stands with a product. */
export interface PlacedTarget extends EvaluationTarget {
  readonly tenant: TenantId;
}

/** What an entry would say, of itself alone. */
export function valuesOf(
  entry: ConfigurationEntry,
  { environment, now }: { environment: Environment; now: number },
): (target: EvaluationTarget) => Explained {
  const { key } = entry.declaration;
  const view = { ...emptyView, configuration: new Map([[key, entry]]) };
  const evaluation = createEvaluation({ governance: { current: () => view }, environment, clock: { now: () => now } });
  return (target) => (entry.kind === 'parameter' ? evaluation.parameter(key, target) : evaluation.flag(key, target));
}

/** The target of a question about an entry of the product. */
export async function targetOf(tx: PlatformTx, product: string, query: TargetQuery): Promise<EvaluationTarget> {
  const { tenant, tier, cluster, unit, subject } = query;
  const named = {
    product,
    ...(tier === undefined ? {} : { tier }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(unit === undefined ? {} : { unit }),
    ...(subject === undefined ? {} : { subject }),
  };
  if (tenant === undefined) return named;
  const [placed] = await placedTargets(tx, product, tenant);
  return { ...(placed ?? { tenant }), ...named };
}

/** Every tenant that has the product, or the one, in the order of ids. */
export async function placedTargets(tx: PlatformTx, product: string, tenant: TenantId | null): Promise<readonly PlacedTarget[]> {
  return tx.query<PlacedTarget>(
    `select p.tenant_id as tenant, p.product_id as product, c.tier, c.id as cluster
     from placement p join cluster c on c.id = p.cluster_id
     where p.product_id = $1 and ($2::text is null or p.tenant_id = $2) order by p.tenant_id`,
    [product, tenant],
  );
}
