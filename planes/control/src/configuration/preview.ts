import { isDeepStrictEqual } from 'node:util';
import type { ConfigurationEntry, Environment, EvaluationTarget } from '@etis/contracts/configuration';
import type { TenantId } from '@etis/contracts/tenancy';
import { type PlacedTarget, valuesOf } from './targets.ts';

/** Whom a change would concern, without it being made. */
export interface ConfigurationPreview {
  /** Tenants that have the product. */
  readonly tenants: number;
  /** Of those, how many would have another value. */
  readonly affected: number;
  /** At most 200 of them, in the order of ids. */
  readonly examples: readonly { readonly tenant: TenantId; readonly before: unknown; readonly after: unknown }[];
  /** Whether a rule decides by subjects, of whom nobody can say beforehand who they are. */
  readonly bySubject: boolean;
}

const maxExamples = 200;

export interface PreviewOptions {
  readonly environment: Environment;
  /** Epoch milliseconds: schedules count as at this moment. */
  readonly now: number;
  /** The unit that the change is about. */
  readonly unit?: string | undefined;
}

export function previewOf(
  before: ConfigurationEntry,
  after: ConfigurationEntry,
  { targets, ...options }: PreviewOptions & { readonly targets: readonly PlacedTarget[] },
): ConfigurationPreview {
  const was = valuesOf(before, options);
  const becomes = valuesOf(after, options);
  const { unit } = options;
  const differing = targets.flatMap((placed) => {
    const target: EvaluationTarget = unit === undefined ? placed : { ...placed, unit };
    const [one, other] = [was(target).value, becomes(target).value];
    return isDeepStrictEqual(one, other) ? [] : [{ tenant: placed.tenant, before: one, after: other }];
  });
  return {
    tenants: targets.length,
    affected: differing.length,
    examples: differing.slice(0, maxExamples),
    bySubject: [before, after].some((entry) => entry.kind === 'flag' && entry.rules.some(({ rollout }) => rollout?.by === 'subject')),
  };
}
