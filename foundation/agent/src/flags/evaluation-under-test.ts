import { createDirectives, createEvaluation, createGovernanceStore, type EvaluationOptions, emptyView } from '@etis/agent';
import type { ConfigurationEntry, FlagDeclaration, FlagRule, ParameterDeclaration, ParameterSetting } from '@etis/contracts/configuration';
import { silentLog } from '@etis/kernel';

export const hours: ParameterDeclaration = {
  key: 'nudge.quiet-hours',
  product: 'nudge',
  description: 'How long nobody is told anything, in hours.',
  value: { type: 'number', integer: true, minimum: 0, maximum: 24 },
  default: 8,
};

export const wording: FlagDeclaration = {
  key: 'nudge.wording',
  product: 'nudge',
  description: 'How it is said.',
  value: { type: 'string' },
  variants: { brief: 'Hi', formal: 'Dear' },
  default: 'formal',
  off: 'formal',
};

export function parameterEntry(
  settings: readonly ParameterSetting[],
  declaration: Partial<ParameterDeclaration> = {},
): Extract<ConfigurationEntry, { kind: 'parameter' }> {
  return { kind: 'parameter', declaration: { ...hours, ...declaration }, settings };
}

export function flagEntry(rules: readonly FlagRule[], parts: { enabled?: boolean; declaration?: Partial<FlagDeclaration> } = {}) {
  return { kind: 'flag', declaration: { ...wording, ...parts.declaration }, enabled: parts.enabled ?? true, rules } as const;
}

/** An evaluation over entries that can be replaced, with a clock and a freshness that are set. */
export function evaluationUnderTest(entries: readonly ConfigurationEntry[], options: Partial<EvaluationOptions> = {}) {
  const store = createGovernanceStore({ log: silentLog });
  const clock = { at: Date.UTC(2026, 10, 2), now: () => clock.at };
  const directives = createDirectives({ clock, log: silentLog });
  function publish(next: readonly ConfigurationEntry[]): void {
    const configuration = new Map(next.map((entry) => [entry.declaration.key, entry]));
    store.publish({ ...emptyView, version: store.governance.current().version + 1, configuration });
  }
  publish(entries);
  const evaluation = createEvaluation({ governance: store.governance, environment: 'live', clock, directives, ...options });
  return { evaluation, publish, clock, directives, governance: store.governance };
}
