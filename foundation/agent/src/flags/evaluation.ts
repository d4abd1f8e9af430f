import type { ConfigurationEntry, Environment, Evaluation, EvaluationTarget, Explained } from '@etis/contracts/configuration';
import { type Directives, type DirectiveTarget, scopeMembers, unrestricted } from '@etis/contracts/directives';
import type { Governance, GovernanceView } from '@etis/contracts/governance';
import type { Freshness } from '@etis/contracts/snapshot';
import type { Clock } from '@etis/kernel';
import type { Decision, Trace } from './decision.ts';
import { type CompiledFlag, compileFlag } from './flag-rules.ts';
import { type CompiledParameter, compileParameter } from './parameter-levels.ts';

/** Evaluates with the explanation, and without it for hot paths. */
export interface LocalEvaluation extends Evaluation {
  /** The same value as `parameter` or `flag`, whichever the key is; null for a key that governs nothing here. */
  decide(key: string, target: EvaluationTarget): Decision | null;
}

export interface EvaluationOptions {
  readonly governance: Pick<Governance, 'current'>;
  readonly environment: Environment;
  /** What schedules count by. */
  readonly clock: Clock;
  /** A kill of a feature gives its `off` variant. By default nothing is killed. */
  readonly directives?: Directives;
  /** While it is STALE values say so as their reason, unless that is ERROR or DISABLED. By default always fresh. */
  readonly freshness?: () => Freshness;
}

type Compiled = CompiledParameter | CompiledFlag;

/** Parameters and flags for this process, from the view in force. An entry is compiled when it is first asked for, once while it stays as it is. */
export function createEvaluation(options: EvaluationOptions): LocalEvaluation {
  const { governance, environment, clock, directives = unrestricted, freshness } = options;
  const byEntry = new WeakMap<ConfigurationEntry, Compiled>();
  let view: GovernanceView | null = null;
  let byKey = new Map<string, Compiled>();

  function compiled(key: string): Compiled | undefined {
    const current = governance.current();
    if (current !== view) {
      view = current;
      byKey = new Map();
    }
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const entry = current.configuration.get(key);
    if (entry === undefined) return undefined;
    let made = byEntry.get(entry);
    if (made === undefined) {
      made = entry.kind === 'parameter' ? compileParameter(entry, environment) : compileFlag(entry, environment);
      byEntry.set(entry, made);
    }
    byKey.set(key, made);
    return made;
  }

  /** Other kills stop the work and leave its features as they are. */
  function killedBy({ key, product }: CompiledFlag, target: EvaluationTarget): string | null {
    const { tenant, cluster } = target;
    const asked = { tenant, product: target.product ?? product, cluster, feature: key } as DirectiveTarget;
    if (directives.verdict(asked)?.verb !== 'kill') return null;
    const kill = directives
      .inForce()
      .find(
        ({ verb, scope }) =>
          verb === 'kill' &&
          scope.feature === key &&
          scopeMembers.every((member) => scope[member] === undefined || scope[member] === asked[member]),
      );
    return kill?.reason ?? null;
  }

  function decide(found: Compiled, target: EvaluationTarget, trace?: Trace): Decision {
    const decision = fresh(found, target, trace);
    if (freshness?.() !== 'STALE' || decision.reason === 'ERROR' || decision.reason === 'DISABLED') return decision;
    trace?.push('what governs this process is stale, so that this may have changed');
    return { ...decision, reason: 'STALE' };
  }

  function fresh(found: Compiled, target: EvaluationTarget, trace: Trace): Decision {
    if (found.kind === 'parameter') return found.decide(target, trace);
    const killed = killedBy(found, target);
    if (killed === null) return found.decide(target, clock.now(), trace);
    trace?.push(`a directive kills the feature (${killed}), so that the variant ${found.off.variant} counts`);
    return found.off;
  }

  function explain(kind: Compiled['kind'], key: string, target: EvaluationTarget): Explained {
    const found = compiled(key);
    if (found?.kind !== kind) return { key, value: null, variant: null, reason: 'ERROR', why: [`there is no ${kind} ${key}`] };
    const why: string[] = [];
    return { key, ...decide(found, target, why), why };
  }

  return {
    parameter: (key, target) => explain('parameter', key, target),
    flag: (key, target) => explain('flag', key, target),
    decide(key, target) {
      const found = compiled(key);
      return found === undefined ? null : decide(found, target);
    },
  };
}
