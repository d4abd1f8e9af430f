import { createEvaluation, emptyView } from '@etis/agent';
import { createFlagProvider } from '@etis/agent/flags';
import type { ConfigurationEntry } from '@etis/contracts/configuration';
import { systemClock } from '@etis/kernel';
import { FlagdCore } from '@openfeature/flagd-core';
import { type EvaluationContext, type Logger, OpenFeature } from '@openfeature/server-sdk';
import { median } from '../report.ts';

const rounds = 15;
const evaluations = 200_000;
const log: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** One flag of the same meaning for both: on for one tier, in a roll-out of a quarter by tenant, off for everybody else. */
const entry: ConfigurationEntry = {
  kind: 'flag',
  declaration: {
    ...{ key: 'nudge.bench', product: 'nudge', description: 'benched', value: { type: 'boolean' } },
    ...{ variants: { on: true, off: false }, default: 'off', off: 'off' },
  },
  enabled: true,
  rules: [
    { id: 'enterprise', tiers: ['enterprise'], variant: 'on' },
    { id: 'quarter', rollout: { seed: 'bench', by: 'tenant', shares: { on: 2_500 } } },
  ],
};
const flagd = JSON.stringify({
  flags: {
    'nudge.bench': {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ '==': [{ var: 'tier' }, 'enterprise'] }, 'on', { fractional: [{ var: 'tenant' }, ['on', 25], ['off', 75]] }] },
    },
  },
});

/** Microseconds of one evaluation: of the provider itself, through the SDK's client, and of flagd's core. Contenders take turns. */
export async function measureFlags(): Promise<Readonly<Record<'provider' | 'client' | 'flagd-core', number>>> {
  const governance = { current: () => view, subscribe: () => () => undefined };
  const view = { ...emptyView, version: 1, configuration: new Map([[entry.declaration.key, entry]]) };
  const evaluation = createEvaluation({ governance, environment: 'live', clock: systemClock });
  const provider = createFlagProvider({ evaluation, governance });
  await OpenFeature.setProviderAndWait('bench', provider);
  const client = OpenFeature.getClient('bench');
  const core = new FlagdCore(undefined, log);
  core.setConfigurations(flagd);
  const contexts: readonly EvaluationContext[] = Array.from({ length: 1_000 }, (_, index) => ({
    targetingKey: `tenant-${index}`,
    tenant: `tenant-${index}`,
    tier: index % 10 === 0 ? 'enterprise' : 'standard',
  }));
  const contextAt = (index: number) => contexts[index % contexts.length] ?? {};
  const contenders = {
    provider: async (index: number) => void provider.resolveBooleanEvaluation('nudge.bench', false, contextAt(index), log),
    client: async (index: number) => void (await client.getBooleanValue('nudge.bench', false, contextAt(index))),
    'flagd-core': async (index: number) => void core.resolveBooleanEvaluation('nudge.bench', false, contextAt(index), log),
  };
  const times = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, evaluate] of Object.entries(contenders)) {
      const begun = performance.now();
      for (let index = 0; index < evaluations; index += 1) await evaluate(index);
      if (round > 0) times.get(name)?.push(((performance.now() - begun) * 1_000) / evaluations);
    }
  }
  await OpenFeature.close();
  const of = (name: string) => Number(median(times.get(name) ?? []).toFixed(3));
  return { provider: of('provider'), client: of('client'), 'flagd-core': of('flagd-core') };
}
