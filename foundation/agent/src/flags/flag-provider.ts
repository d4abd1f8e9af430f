import type { ConfigurationEntry, EvaluationTarget } from '@etis/contracts/configuration';
import type { Governance, GovernanceView } from '@etis/contracts/governance';
import type { Freshness } from '@etis/contracts/snapshot';
import { type Tier, tiers } from '@etis/contracts/tenancy';
import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderNotReadyError,
  type ResolutionDetails,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import type { LocalEvaluation } from './evaluation.ts';

export interface FlagProviderOptions {
  readonly evaluation: Pick<LocalEvaluation, 'decide'>;
  readonly governance: Governance;
  /** By default READY. */
  readonly freshness?: () => Freshness;
  /** What a context that does not say otherwise is about, for example the product and cluster of this process. */
  readonly target?: EvaluationTarget;
  /** How soon a change of freshness is told, in milliseconds; 1,000 by default. What is asked meanwhile knows it already. */
  readonly pollMs?: number;
}

const types = { boolean: 'boolean', string: 'string', number: 'number' } as const;

/**
 * An OpenFeature provider in the process: parameters and flags alike, by key, from memory.
 *
 * A context may name `tenant`, `product`, `tier`, `cluster`, `unit` and `subject`; the targeting key is the subject where that is absent. Its
 * status is READY while what governs is fresh, STALE past that, and ERROR while nothing has governed yet. A key that is unknown, or of another
 * type than asked for, gives the caller's default with FLAG_NOT_FOUND or TYPE_MISMATCH. `flagMetadata.version` is the version of the view.
 */
export function createFlagProvider(options: FlagProviderOptions): Provider {
  const { evaluation, governance, freshness = () => 'READY', target = {}, pollMs = 1_000 } = options;
  const events = new OpenFeatureEventEmitter();
  let told: Freshness = 'READY';
  let known: GovernanceView = governance.current();
  let stop: () => void = () => undefined;

  function tellFreshness(): void {
    const now = freshness();
    if (now === told) return;
    told = now;
    if (now === 'READY') events.emit(ProviderEvents.Ready, { message: 'what governs is fresh' });
    else if (now === 'STALE') events.emit(ProviderEvents.Stale, { message: 'what governs is past its time' });
    else events.emit(ProviderEvents.Error, { message: notYet });
  }

  function tellChanges(view: GovernanceView): void {
    const flagsChanged = changedKeys(known.configuration, view.configuration);
    known = view;
    tellFreshness();
    if (flagsChanged.length > 0) events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
  }

  function resolve<T>(key: string, fallback: T, context: EvaluationContext, type: keyof typeof types | 'object'): ResolutionDetails<T> {
    const decision = evaluation.decide(key, targetOf(context, target));
    if (decision === null) return refusal(fallback, ErrorCode.FLAG_NOT_FOUND, `there is no parameter or flag ${key}`);
    const { value, variant, reason } = decision;
    const fits = type === 'object' ? typeof value === 'object' && value !== null : typeof value === types[type];
    if (!fits) return refusal(fallback, ErrorCode.TYPE_MISMATCH, `the value of ${key} is no ${type}`);
    const flagMetadata = { version: governance.current().version };
    return variant === null ? { value: value as T, reason, flagMetadata } : { value: value as T, variant, reason, flagMetadata };
  }

  return {
    metadata: { name: 'etis' },
    runsOn: 'server',
    events,
    async initialize() {
      stop();
      known = governance.current();
      const unsubscribe = governance.subscribe(tellChanges);
      const timer = setInterval(tellFreshness, pollMs);
      timer.unref();
      // That it is ready is told by the SDK when this resolves; what is stale is told right after.
      const soon = setImmediate(tellFreshness);
      stop = () => {
        unsubscribe();
        clearInterval(timer);
        clearImmediate(soon);
        stop = () => undefined;
      };
      told = freshness();
      if (told === 'EMPTY') throw new ProviderNotReadyError(notYet);
      told = 'READY';
    },
    async onClose() {
      stop();
    },
    resolveBooleanEvaluation: async (key, fallback, context) => resolve(key, fallback, context, 'boolean'),
    resolveStringEvaluation: async (key, fallback, context) => resolve(key, fallback, context, 'string'),
    resolveNumberEvaluation: async (key, fallback, context) => resolve(key, fallback, context, 'number'),
    resolveObjectEvaluation: async <T extends JsonValue>(key: string, fallback: T, context: EvaluationContext) =>
      resolve(key, fallback, context, 'object'),
  };
}

const notYet = 'nothing governs this process yet';

function refusal<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}

/** Of the context only texts count. Every target has the same members, which is what makes reading it fast. */
function targetOf(context: EvaluationContext, broader: EvaluationTarget): EvaluationTarget {
  const { tier } = context;
  return {
    tenant: textOf(context.tenant) ?? broader.tenant,
    product: textOf(context.product) ?? broader.product,
    tier: isTier(tier) ? tier : broader.tier,
    cluster: textOf(context.cluster) ?? broader.cluster,
    unit: textOf(context.unit) ?? broader.unit,
    subject: textOf(context.subject) ?? textOf(context.targetingKey) ?? broader.subject,
  } as EvaluationTarget;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isTier(value: unknown): value is Tier {
  return tiers.includes(value as Tier);
}

function changedKeys(before: ReadonlyMap<string, ConfigurationEntry>, after: ReadonlyMap<string, ConfigurationEntry>): string[] {
  if (before === after) return [];
  const changed: string[] = [];
  for (const [key, entry] of after) if (!isSame(before.get(key), entry)) changed.push(key);
  for (const key of before.keys()) if (!after.has(key)) changed.push(key);
  return changed;
}

function isSame(one: ConfigurationEntry | undefined, other: ConfigurationEntry): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
