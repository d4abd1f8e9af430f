import type { Evaluation, EvaluationTarget, ParameterType } from '@etis/contracts/configuration';
import { misfit } from '@etis/contracts/configuration-checks';
import type { Cluster, TenantId } from '@etis/contracts/tenancy';
import type { ConfigurationReader } from '../sdk/configuration.ts';

/** Reads for one tenant, about one unit where one is known. */
export type Configurations = (about: { readonly tenant: TenantId; readonly unit: string | null }) => ConfigurationReader;

/**
 * Readers for a cluster's tenants. The product that runs here may be newer or older than what is declared elsewhere, so that a value counts only
 * where it fits what this product declares. Without an evaluation everything is as declared.
 */
export function createConfigurations({ cluster, evaluation }: { cluster: Cluster; evaluation: Evaluation | undefined }): Configurations {
  const { id, product, tier } = cluster;
  return ({ tenant, unit }) => {
    const target = (about: { unit?: string; subject?: string } = {}): EvaluationTarget => ({
      tenant,
      product,
      tier,
      cluster: id,
      ...(unit === null ? {} : { unit }),
      ...about,
    });
    return {
      parameter({ declaration }, about) {
        const found = evaluation?.parameter(declaration.key, target(about));
        return fitting(found?.value, declaration.value, declaration.default) as never;
      },
      flag({ declaration }, about) {
        const found = evaluation?.flag(declaration.key, target(about));
        return fitting(found?.value, declaration.value, declaration.variants[declaration.default]) as never;
      },
    };
  };
}

function fitting(value: unknown, type: ParameterType, fallback: unknown): unknown {
  return value !== undefined && misfit(type, value) === null ? value : fallback;
}
