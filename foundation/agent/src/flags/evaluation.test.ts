import {
  type ConfigurationLevel,
  type EvaluationTarget,
  environments,
  type FlagRule,
  type ParameterSetting,
} from '@etis/contracts/configuration';
import type { RestrictingDirective } from '@etis/contracts/directives';
import type { Freshness } from '@etis/contracts/snapshot';
import { tiers } from '@etis/contracts/tenancy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluationUnderTest, flagEntry, hours, parameterEntry, wording } from './evaluation-under-test.ts';

const whole: EvaluationTarget = { tenant: 'acme', product: 'nudge', tier: 'enterprise', cluster: 'nudge-enterprise', unit: 'bridge' };

/** Every level that speaks for `whole`, broadest first. */
const levels: readonly ConfigurationLevel[] = [
  { level: 'platform' },
  { level: 'product', product: 'nudge' },
  { level: 'tier', tier: 'enterprise' },
  { level: 'tenant', tenant: 'acme' },
  { level: 'unit', tenant: 'acme', unit: 'bridge' },
];

const foreign: readonly ConfigurationLevel[] = [
  { level: 'product', product: 'pulse' },
  { level: 'tier', tier: 'standard' },
  { level: 'tenant', tenant: 'beta' },
  { level: 'unit', tenant: 'beta', unit: 'bridge' },
  { level: 'unit', tenant: 'acme', unit: 'tower' },
];

const settings = fc.uniqueArray(
  fc.record({
    at: fc.constantFrom(...levels, ...foreign),
    environment: fc.constantFrom(null, ...environments),
    value: fc.integer({ min: 0, max: 24 }),
  }),
  { selector: ({ at, environment }) => JSON.stringify([at, environment]) },
);

describe('a parameter', () => {
  it('has the value of the narrowest level that speaks, for the environment before the general one', () => {
    fc.assert(
      fc.property(settings, (set: readonly ParameterSetting[]) => {
        const { evaluation } = evaluationUnderTest([parameterEntry(set)]);
        const speaks = levels.flatMap((at) => [
          ...set.filter((one) => one.at === at && one.environment === null),
          ...set.filter((one) => one.at === at && one.environment === 'live'),
        ]);
        const { value, reason, why, variant } = evaluation.parameter(hours.key, whole);
        expect(value).toBe(speaks.at(-1)?.value ?? hours.default);
        expect(reason === 'DEFAULT').toBe(speaks.length === 0);
        expect(variant).toBeNull();
        expect(why).toHaveLength(speaks.length + 1);
        expect(why.filter((line) => line.endsWith('overruled'))).toHaveLength(speaks.length);
        expect(evaluation.decide(hours.key, whole)).toEqual({ value, variant, reason });
      }),
    );
  });

  it('says what spoke, broadest first', () => {
    const { evaluation } = evaluationUnderTest([
      parameterEntry([
        { at: { level: 'unit', tenant: 'acme', unit: 'bridge' }, environment: 'live', value: 3 },
        { at: { level: 'platform' }, environment: null, value: 9 },
        { at: { level: 'platform' }, environment: 'sandbox', value: 10 },
        { at: { level: 'tier', tier: 'enterprise' }, environment: null, value: 6 },
      ]),
    ]);
    expect(evaluation.parameter(hours.key, whole)).toEqual({
      key: hours.key,
      value: 3,
      variant: null,
      reason: 'TARGETING_MATCH',
      why: [
        'the default is 8, overruled',
        'the platform says 9, overruled',
        'the tier enterprise says 6, overruled',
        'the unit bridge of the tenant acme in live says 3',
      ],
    });
    expect(evaluation.parameter(hours.key, {})).toMatchObject({ value: 9, reason: 'STATIC' });
    expect(evaluation.parameter(hours.key, { unit: 'bridge' })).toMatchObject({ value: 9 });
  });

  it('is its default, as an ERROR, where what counts does not fit any more, and unharmed where that is overruled', () => {
    const entry = parameterEntry([
      { at: { level: 'platform' }, environment: null, value: 'nine' },
      { at: { level: 'tenant', tenant: 'acme' }, environment: null, value: 7 },
    ]);
    const { evaluation } = evaluationUnderTest([entry]);
    expect(evaluation.parameter(hours.key, whole)).toMatchObject({ value: 7, reason: 'TARGETING_MATCH' });
    const wrong = evaluation.parameter(hours.key, { tenant: 'beta' });
    expect(wrong).toMatchObject({ value: 8, reason: 'ERROR' });
    expect(wrong.why.at(-1)).toBe('the platform, where it is no number, says "nine"');
  });

  it('follows the view, and costs nothing anew while its entry stays', () => {
    const { evaluation, publish } = evaluationUnderTest([parameterEntry([])]);
    expect(evaluation.parameter(hours.key, whole).value).toBe(8);
    publish([parameterEntry([{ at: { level: 'platform' }, environment: null, value: 1 }])]);
    expect(evaluation.parameter(hours.key, whole).value).toBe(1);
    publish([]);
    expect(evaluation.parameter(hours.key, whole)).toMatchObject({ value: null, reason: 'ERROR' });
  });
});

const variant = fc.constantFrom('brief', 'formal', 'gone');
const anyRule: fc.Arbitrary<FlagRule> = fc.record(
  {
    id: fc.string(),
    tenants: fc.array(fc.constantFrom('acme', 'beta')),
    tiers: fc.array(fc.constantFrom(...tiers)),
    clusters: fc.array(fc.constantFrom('nudge-enterprise', 'x')),
    environments: fc.array(fc.constantFrom(...environments)),
    from: fc.constantFrom('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', 'never'),
    until: fc.constantFrom('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', ''),
    rollout: fc.record({
      seed: fc.string(),
      by: fc.constantFrom('tenant' as const, 'subject' as const),
      shares: fc.dictionary(variant, fc.oneof(fc.integer(), fc.double())),
    }),
    variant,
  },
  { requiredKeys: ['id'] },
);

const anyTarget: fc.Arbitrary<EvaluationTarget> = fc.record(
  {
    tenant: fc.constantFrom('acme', 'beta', ''),
    product: fc.constantFrom('nudge', 'pulse'),
    tier: fc.constantFrom(...tiers),
    cluster: fc.constantFrom('nudge-enterprise', 'y'),
    unit: fc.string(),
    subject: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: [] },
);

describe('a flag', () => {
  it('has a value for every target, whatever its rules are: one of its variants', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 4 }), fc.boolean(), anyTarget, (rules, enabled, target) => {
        const { evaluation } = evaluationUnderTest([flagEntry(rules, { enabled })]);
        const explained = evaluation.flag(wording.key, target);
        expect(['brief', 'formal']).toContain(explained.variant);
        expect(explained.value).toBe(wording.variants[explained.variant ?? '']);
        expect(explained.why.length).toBeGreaterThan(0);
        if (!enabled) expect(explained).toMatchObject({ variant: wording.off, reason: 'DISABLED' });
        const { value, reason } = explained;
        expect(evaluation.decide(wording.key, target)).toEqual({ value, reason, variant: explained.variant });
      }),
    );
  });

  it('is decided by the first rule that fits', () => {
    const { evaluation } = evaluationUnderTest([
      flagEntry([
        { id: 'sandbox', environments: ['sandbox'], variant: 'brief' },
        { id: 'beta', tenants: ['beta'], variant: 'brief' },
        { id: 'large', tiers: ['enterprise'], clusters: ['nudge-enterprise'], variant: 'brief' },
        { id: 'all', variant: 'formal' },
      ]),
    ]);
    expect(evaluation.flag(wording.key, whole)).toEqual({
      key: wording.key,
      value: 'Hi',
      variant: 'brief',
      reason: 'TARGETING_MATCH',
      why: [
        'rule sandbox does not fit: it is not for live',
        'rule beta does not fit: it is for other tenants',
        'rule large gives the variant brief',
      ],
    });
    expect(evaluation.flag(wording.key, { tenant: 'acme', tier: 'standard' })).toMatchObject({ variant: 'formal' });
  });

  it('keeps to its schedule: from the first moment, not at the last', () => {
    const rules = [{ id: 'may', from: '2026-05-01T00:00:00Z', until: '2026-05-02T00:00:00Z', variant: 'brief' }];
    const { evaluation, clock } = evaluationUnderTest([flagEntry(rules)]);
    const at = (moment: string) => {
      clock.at = Date.parse(moment);
      return evaluation.flag(wording.key, whole).variant;
    };
    expect(at('2026-04-30T23:59:59.999Z')).toBe('formal');
    expect(at('2026-05-01T00:00:00.000Z')).toBe('brief');
    expect(at('2026-05-01T23:59:59.999Z')).toBe('brief');
    expect(at('2026-05-02T00:00:00.000Z')).toBe('formal');
  });

  it('rolls out by what the rule says, and passes those by who have none', () => {
    const rollout = { seed: 's', shares: { brief: 10_000 } };
    const { evaluation } = evaluationUnderTest([flagEntry([{ id: 'people', rollout: { ...rollout, by: 'subject' } }])]);
    expect(evaluation.flag(wording.key, { ...whole, subject: 'ada' })).toMatchObject({ variant: 'brief', reason: 'SPLIT' });
    expect(evaluation.flag(wording.key, whole)).toMatchObject({ variant: 'formal', reason: 'DEFAULT' });
  });

  it('that cannot be is an ERROR with its default, and with nothing where that is gone too', () => {
    const gone = evaluationUnderTest([flagEntry([{ id: 'all', variant: 'gone' }])]).evaluation;
    expect(gone.flag(wording.key, whole)).toMatchObject({ variant: 'formal', reason: 'ERROR' });
    const broken = evaluationUnderTest([flagEntry([], { declaration: { variants: { brief: 1 }, default: 'brief', off: 'x' } })]).evaluation;
    expect(broken.flag(wording.key, whole)).toMatchObject({ value: null, variant: null, reason: 'ERROR' });
  });

  it.each(['constructor', '__proto__', 'nudge.none', ''])('of the key %j does not exist, and nothing is thrown', (key) => {
    const { evaluation } = evaluationUnderTest([flagEntry([])]);
    expect(evaluation.flag(key, whole)).toMatchObject({ value: null, reason: 'ERROR', why: [`there is no flag ${key}`] });
    expect(evaluation.decide(key, whole)).toBeNull();
  });

  it('is no parameter, and the other way round', () => {
    const { evaluation } = evaluationUnderTest([flagEntry([]), parameterEntry([])]);
    expect(evaluation.parameter(wording.key, whole).reason).toBe('ERROR');
    expect(evaluation.flag(hours.key, whole).reason).toBe('ERROR');
  });
});

describe('a kill', () => {
  const kill = (scope: RestrictingDirective['scope']): RestrictingDirective => ({
    id: 'd-1',
    installation: 'here',
    epoch: 1,
    sequence: 1,
    reason: 'it shouts',
    by: 'operator/local',
    issuedAt: '2026-11-02T00:00:00.000Z',
    verb: 'kill',
    scope,
  });

  it.each([
    [{ feature: wording.key }, 'DISABLED'],
    [{ feature: wording.key, tenant: 'acme' }, 'DISABLED'],
    [{ feature: wording.key, product: 'nudge' }, 'DISABLED'],
    [{ feature: wording.key, tenant: 'beta' }, 'TARGETING_MATCH'],
    [{ feature: 'nudge.other' }, 'TARGETING_MATCH'],
    [{ tenant: 'acme' }, 'TARGETING_MATCH'],
    [{}, 'TARGETING_MATCH'],
  ])('of %j makes it %s', (scope, reason) => {
    const { evaluation, directives } = evaluationUnderTest([flagEntry([{ id: 'all', variant: 'brief' }])]);
    directives.apply(kill(scope), 'a'.repeat(64));
    const explained = evaluation.flag(wording.key, { ...whole, product: 'nudge' });
    expect(explained).toMatchObject({ reason, variant: reason === 'DISABLED' ? 'formal' : 'brief' });
    if (reason === 'DISABLED')
      expect(explained.why).toEqual(['a directive kills the feature (it shouts), so that the variant formal counts']);
  });
});

describe('what governs', () => {
  it('being stale is the reason, unless there is a worse one', () => {
    let freshness: Freshness = 'STALE';
    const off = flagEntry([], { enabled: false, declaration: { key: 'nudge.off' } });
    const { evaluation } = evaluationUnderTest([parameterEntry([]), flagEntry([]), off], { freshness: () => freshness });
    expect(evaluation.parameter(hours.key, whole)).toMatchObject({ value: 8, reason: 'STALE' });
    expect(evaluation.flag(wording.key, whole)).toMatchObject({ variant: 'formal', reason: 'STALE' });
    expect(evaluation.flag('nudge.off', whole).reason).toBe('DISABLED');
    expect(evaluation.flag('nudge.none', whole).reason).toBe('ERROR');
    freshness = 'READY';
    expect(evaluation.parameter(hours.key, whole).reason).toBe('DEFAULT');
  });
});
