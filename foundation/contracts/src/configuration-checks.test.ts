import { describe, expect, it } from 'vitest';
import type { FlagDeclaration, ParameterDeclaration, ParameterType } from './configuration.ts';
import { declarationProblem, isConfigurationKey, misfit } from './configuration-checks.ts';

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('misfit', () => {
  it.each<[ParameterType, unknown]>([
    [{ type: 'boolean' }, false],
    [{ type: 'string' }, ''],
    [{ type: 'string', maxLength: 2 }, 'ab'],
    [{ type: 'string', oneOf: ['a', 'b'] }, 'b'],
    [{ type: 'number' }, 0.5],
    [{ type: 'number', integer: true, minimum: -1, maximum: 1 }, -1],
    [{ type: 'json' }, null],
    [{ type: 'json' }, { a: [1, 'b', { c: true }] }],
    [{ type: 'json' }, nested(20)],
  ])('finds nothing wrong: %j %j', (type, value) => {
    expect(misfit(type, value)).toBeNull();
  });

  it.each<[ParameterType, unknown, string]>([
    [{ type: 'boolean' }, 'true', 'it is no boolean'],
    [{ type: 'boolean' }, undefined, 'it is no boolean'],
    [{ type: 'string' }, null, 'it is no string'],
    [{ type: 'string' }, 'x'.repeat(1_001), 'it has more than 1000 characters'],
    [{ type: 'string' }, 'a\0', 'it has characters that cannot be kept'],
    [{ type: 'string' }, '\ud800', 'it has characters that cannot be kept'],
    [{ type: 'string', oneOf: ['a', 'b'] }, 'c', 'it is none of a, b'],
    [{ type: 'number' }, Number.NaN, 'it is no finite number'],
    [{ type: 'number' }, '1', 'it is no number'],
    [{ type: 'number', integer: true }, 1.5, 'it is no whole number'],
    [{ type: 'number', minimum: 1 }, 0, 'it is below 1'],
    [{ type: 'number', maximum: 1 }, 2, 'it is above 1'],
    [{ type: 'json' }, undefined, 'it is no JSON of at most 20 levels'],
    [{ type: 'json' }, { a: Number.POSITIVE_INFINITY }, 'it is no JSON of at most 20 levels'],
    [{ type: 'json' }, { 'a\0': 1 }, 'it is no JSON of at most 20 levels'],
    [{ type: 'json' }, nested(21), 'it is no JSON of at most 20 levels'],
    [{ type: 'json' }, nested(4_000), 'it is no JSON of at most 20 levels'],
    [{ type: 'json' }, 'x'.repeat(9_999), 'it has more than 10000 characters of JSON'],
  ])('says what is wrong: %j', (type, value, reason) => {
    expect(misfit(type, value)).toBe(reason);
  });
});

describe('a key', () => {
  it.each(['nudge.a', 'nudge.reply.enabled', 'nudge.quiet-hours', 'nudge.v2.1'])('can be %s', (key) => {
    expect(isConfigurationKey(key, 'nudge')).toBe(true);
  });
  it.each(['nudge', 'nudge.', 'pulse.a', 'nudge.A', 'nudge.a b', 'nudge..a', 'nudge.-a', `nudge.${'a'.repeat(80)}`, 'nudgee.a'])(
    'cannot be %s',
    (key) => {
      expect(isConfigurationKey(key, 'nudge')).toBe(false);
    },
  );
});

describe('a declaration', () => {
  const parameter: ParameterDeclaration = {
    key: 'nudge.hours',
    product: 'nudge',
    description: 'Hours.',
    value: { type: 'number' },
    default: 1,
  };
  const flag: FlagDeclaration = {
    key: 'nudge.words',
    product: 'nudge',
    description: 'Words.',
    value: { type: 'string' },
    variants: { a: 'A', b: 'B' },
    default: 'a',
    off: 'b',
  };

  it('can be made', () => {
    expect([declarationProblem(parameter), declarationProblem(flag)]).toEqual([null, null]);
  });

  it.each<[Partial<ParameterDeclaration> | Partial<FlagDeclaration>, string]>([
    [{ product: 'pulse' }, 'is no key'],
    [{ description: '' }, 'needs a description'],
    [{ description: 'x'.repeat(501) }, 'needs a description'],
    [{ value: { type: 'string', oneOf: [] } }, 'allows no value'],
    [{ default: 'one' }, 'default that does not fit: it is no number'],
  ])('of a parameter cannot have %j', (part, reason) => {
    expect(declarationProblem({ ...parameter, ...part } as ParameterDeclaration)).toContain(reason);
  });

  it.each<[Partial<FlagDeclaration>, string]>([
    [{ variants: {} }, '1 to 50 variants'],
    [{ variants: { 'A B': 'x' } }, 'whose name is not'],
    [{ variants: { a: 1 } }, 'variant a that does not fit: it is no string'],
    [{ default: 'c' }, 'names c, which is none'],
    [{ off: 'toString' }, 'names toString, which is none'],
  ])('of a flag cannot have %j', (part, reason) => {
    expect(declarationProblem({ ...flag, ...part })).toContain(reason);
  });
});
