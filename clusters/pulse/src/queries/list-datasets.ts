import type { OperationContext } from '@etis/runtime/sdk';
import { models } from '../model/models.ts';
import { policyOf } from '../policies/policies.ts';
import { isDenied } from '../policies/policy.ts';

interface Named {
  readonly name: string;
  readonly title: string;
}

/** A dataset as people may ask of it. */
export interface DatasetOffer {
  readonly dataset: string;
  readonly title: string;
  /** The version that is held; null while none has come. */
  readonly version: number | null;
  readonly madeAt: string | null;
  readonly rows: number | null;
  readonly measures: readonly (Named & { readonly unit: string | null })[];
  readonly dimensions: readonly Named[];
}

/** What whoever asks may ask of. @throws PULSE_FORBIDDEN */
export async function listDatasets(context: OperationContext): Promise<{ items: readonly DatasetOffer[] }> {
  const policy = await policyOf(context);
  const held = new Map((await context.datasets.held()).map((one) => [one.name, one]));
  const items = [...models.values()].map(({ dataset, title, measures, dimensions }) => {
    const { version = null, madeAt = null, rows = null } = held.get(dataset) ?? {};
    return {
      ...{ dataset, title, version, madeAt, rows: policy.projects === null ? rows : null },
      measures: Object.entries(measures)
        .filter(([name]) => !isDenied(policy.deniedMeasures, dataset, name))
        .map(([name, measure]) => ({ name, title: measure.title, unit: measure.unit ?? null })),
      dimensions: Object.entries(dimensions)
        .filter(([name]) => !isDenied(policy.deniedDimensions, dataset, name))
        .map(([name, dimension]) => ({ name, title: dimension.title })),
    };
  });
  return { items };
}
