import type { ConfigurationEntry, Environment, EvaluationTarget, FlagRule } from '@etis/contracts/configuration';
import { frozen, misfit } from '@etis/contracts/configuration-checks';
import { type Decision, shown, type Trace } from './decision.ts';
import { createRollout, type Rollout } from './rollout.ts';

/** A flag, ready to be asked. */
export interface CompiledFlag {
  readonly kind: 'flag';
  readonly key: string;
  readonly product: string;
  /** What counts while the feature is killed. */
  readonly off: Decision;
  /** `now` in epoch milliseconds. */
  decide(target: EvaluationTarget, now: number, trace?: Trace): Decision;
}

interface CompiledRule {
  readonly id: string;
  /** Why the rule does not fit; null where it does. */
  misses(target: EvaluationTarget, now: number): string | null;
  /** Null for what falls to the next rule. */
  give(target: EvaluationTarget, trace: Trace): Decision | null;
}

type FlagEntry = Extract<ConfigurationEntry, { kind: 'flag' }>;
type Variants = (name: string, reason: Decision['reason']) => Decision;

/** Rules for other environments are told of and never looked into. */
export function compileFlag({ declaration, enabled, rules }: FlagEntry, environment: Environment): CompiledFlag {
  const variants = variantsOf(declaration);
  const off = variants(declaration.off, 'DISABLED');
  const byDefault = variants(declaration.default, 'DEFAULT');
  const names = Object.keys(declaration.variants);
  const compiled = rules.map((rule) => compileRule(rule, { flag: declaration.key, environment, variants, names }));
  return {
    kind: 'flag',
    key: declaration.key,
    product: declaration.product,
    off,
    decide(target, now, trace) {
      if (!enabled) {
        trace?.push(`it is disabled, so that the variant ${off.variant} counts`);
        return off;
      }
      for (const rule of compiled) {
        const missed = rule.misses(target, now);
        if (missed !== null) {
          trace?.push(`rule ${rule.id} does not fit: ${missed}`);
          continue;
        }
        const given = rule.give(target, trace);
        if (given !== null) return given;
      }
      trace?.push(`no rule decides, so that the default variant ${byDefault.variant} counts`);
      return byDefault;
    },
  };
}

/** Decisions are made once for each variant, so that an evaluation makes none. What cannot be is the declared default, as an ERROR. */
function variantsOf({ value: type, variants, default: byDefault }: FlagEntry['declaration']): Variants {
  const sound = (name: string) => Object.hasOwn(variants, name) && misfit(type, variants[name]) === null;
  const fallback: Decision = sound(byDefault)
    ? { value: frozen(variants[byDefault]), variant: byDefault, reason: 'ERROR' }
    : { value: null, variant: null, reason: 'ERROR' };
  return (name, reason) => (sound(name) ? { value: frozen(variants[name]), variant: name, reason } : fallback);
}

function compileRule(
  rule: FlagRule,
  { flag, environment, variants, names }: { flag: string; environment: Environment; variants: Variants; names: readonly string[] },
): CompiledRule {
  const { id, rollout } = rule;
  const elsewhere = rule.environments !== undefined && !rule.environments.includes(environment) ? `it is not for ${environment}` : null;
  const tenants = setOf(rule.tenants);
  const tiers = setOf<string>(rule.tiers);
  const clusters = setOf(rule.clusters);
  const from = rule.from === undefined ? null : Date.parse(rule.from);
  const until = rule.until === undefined ? null : Date.parse(rule.until);
  const match = variants(rule.variant ?? '', 'TARGETING_MATCH');
  const split = rollout === undefined ? null : compileSplit(createRollout(flag, rollout, names), rollout, variants);
  return {
    id,
    misses(target, now) {
      if (elsewhere !== null) return elsewhere;
      if (tenants !== null && !has(tenants, target.tenant)) return 'it is for other tenants';
      if (tiers !== null && !has(tiers, target.tier)) return 'it is for other tiers';
      if (clusters !== null && !has(clusters, target.cluster)) return 'it is for other clusters';
      // A moment that cannot be read never comes.
      if (from !== null && !(now >= from)) return `it begins at ${rule.from}`;
      return until !== null && !(now < until) ? `it ended at ${rule.until}` : null;
    },
    give(target, trace) {
      if (split !== null) return split(target, trace, id);
      trace?.push(`rule ${id} gives ${match.variant === null ? shown(match.value) : `the variant ${match.variant}`}`);
      return match;
    },
  };
}

function compileSplit(rollout: Rollout, { by, shares }: NonNullable<FlagRule['rollout']>, variants: Variants) {
  const decisions = new Map(Object.keys(shares).map((name) => [name, variants(name, 'SPLIT')]));
  return (target: EvaluationTarget, trace: Trace, rule: string): Decision | null => {
    const targetingKey = by === 'tenant' ? target.tenant : target.subject;
    if (targetingKey === undefined) {
      trace?.push(`rule ${rule} does not fit: it rolls out by ${by}, and none is named`);
      return null;
    }
    const bucket = rollout.bucket(targetingKey);
    const variant = rollout.variantAt(bucket);
    trace?.push(
      `rule ${rule} rolls out by ${by}: bucket ${bucket} of 10000 ${variant === null ? 'falls to the next rule' : `has the variant ${variant}`}`,
    );
    return variant === null ? null : (decisions.get(variant) ?? null);
  };
}

function setOf<T>(list: readonly T[] | undefined): ReadonlySet<T> | null {
  return list === undefined ? null : new Set(list);
}

function has(set: ReadonlySet<string>, member: string | undefined): boolean {
  return member !== undefined && set.has(member);
}
