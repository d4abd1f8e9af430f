import { describe, expect, it } from 'vitest';
import { workflow } from '../../fixtures/code-stand.ts';
import { checkSpecification } from './check-specification.ts';
import { durationOf } from './duration.ts';
import { compileDefinition, nextTime, parseDefinition } from './read-definition.ts';

const compiled = (tasks: string, schedule = '') => compileDefinition(parseDefinition(workflow(tasks, { schedule })));
const simple = '- a: { set: { b: 1 } }';

describe('a text', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghij'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(', ')}]`),
  ];

  it.each([
    ['aliases', bomb.join('\n')],
    ['a single alias', 'a: &x 1\nb: *x'],
    ['a value that is no object', '- 1'],
    ['nothing', ''],
    ['two members of the same name', 'a: 1\na: 2'],
    ['a tag of another language', 'a: !!js/function "() => 1"\nb: ]'],
    ['what is too long', `a: ${'x'.repeat(70_000)}`],
    ['what lies very deep', '['.repeat(20_000)],
  ])('is refused with %s', (_what, text) => {
    const begun = performance.now();
    expect(() => parseDefinition(text)).toThrow(expect.objectContaining({ code: 'CODE_DEFINITION_UNREADABLE' }));
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('gives plain values, whatever their names are', () => {
    const value = parseDefinition('__proto__: { polluted: 1 }\nconstructor: 1\ndate: 2026-01-01');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(value.date).toBe('2026-01-01');
    expect(() => compileDefinition(value)).toThrow(expect.objectContaining({ code: 'CODE_DEFINITION_UNSUPPORTED' }));
  });

  it('may be JSON as well', () => {
    expect(compileDefinition(parseDefinition(JSON.stringify(parseDefinition(workflow(simple))))).name).toBe('wf');
  });
});

describe('the specification', () => {
  it('takes what Code takes, and says where another text is none', async () => {
    await checkSpecification(parseDefinition(workflow(simple)));
    await expect(checkSpecification(parseDefinition(workflow('- a: { set: 1 }')))).rejects.toMatchObject({
      code: 'CODE_DEFINITION_INVALID',
      message: expect.stringContaining('/do/0/a/set'),
    });
  });
});

describe('the subset', () => {
  it.each([
    ['grpc', '- a: { call: grpc, with: {} }', 'only http and ask'],
    ['a shell', '- a: { run: { shell: { command: ls } } }', 'shell'],
    ['a container', '- a: { run: { container: { image: x } } }', 'container'],
    ['another language', "- a: { run: { script: { language: python, code: '1' } } }", 'javascript'],
    ['a lost target', '- a: { set: { b: 1 }, then: nowhere }', 'nowhere'],
    ['the same name twice', `${simple}\n${simple}`, 'same name'],
    ['an event of others', '- a: { emit: { event: { with: { type: nudge.x } } } }', 'code.event.'],
    ['a condition that calls what is not allowed', '- a: { if: \'input.x.matches("(a+)+")\', set: { b: 1 } }', 'matches'],
    ['an expression that is none', "- a: { set: { b: '${ ( }' } }", 'expression'],
    [
      'authentication in the definition',
      "- a: { call: http, with: { method: GET, endpoint: { uri: 'https://x.example', authentication: { basic: { username: a, password: b } } } } }",
      'authentication',
    ],
    ['a method of its own', "- a: { call: http, with: { method: TRACE, endpoint: 'https://x.example' } }", 'method'],
    ['schemas', '- a: { input: { schema: { format: json } }, set: { b: 1 } }', 'schema'],
    [
      'too many attempts',
      '- a: { try: [ { b: { set: { c: 1 } } } ], catch: { retry: { limit: { attempt: { count: 100 } } } } }',
      'whole number',
    ],
  ])('refuses %s', (_what, tasks, words) => {
    expect(() => compiled(tasks)).toThrow(words);
  });

  it('refuses tasks that lie too deep in each other, and too many of them', () => {
    const deep = (levels: number): string => (levels === 0 ? '{ set: { a: 1 } }' : `{ do: [ { d: ${deep(levels - 1)} } ] }`);
    expect(() => compiled(`- a: ${deep(10)}`)).not.toThrow();
    expect(() => compiled(`- a: ${deep(40)}`)).toThrow('deep');
    expect(() => compiled(Array.from({ length: 201 }, (_, n) => `- t${n}: { wait: PT1S }`).join('\n'))).toThrow('at most 200');
  });

  it.each([
    ["{ on: { one: { with: { type: '*' } } } }", 'every event'],
    ["{ on: { one: { with: { type: 'code.run.*' } } } }", 'those of runs'],
    ["{ on: { one: { with: { type: order.placed, data: 'nothing == 1' } } } }", ''],
    ["{ cron: '* * * * * *' }", 'five fields'],
    ["{ cron: 'a b c d e' }", 'cannot be read'],
    ['{ every: { seconds: 1 } }', 'less than 10'],
  ])('refuses the schedule %s', (schedule, words) => {
    expect(() => compiled(simple, schedule)).toThrow(words);
  });

  it('reads triggers and timetables', () => {
    const { triggers } = compiled(
      simple,
      "{ on: { any: [ { with: { type: 'a.*' } }, { with: { type: b, data: '${ event.data.x == 1 }' } } ] } }",
    );
    expect(triggers).toEqual([
      { pattern: 'a.*', condition: null },
      { pattern: 'b', condition: 'event.data.x == 1' },
    ]);
    const noon = Date.UTC(2026, 0, 1, 12);
    expect(nextTime({ cron: '30 12 * * *' }, noon)).toBe(noon + 30 * 60_000);
    expect(nextTime({ everyMs: 1_000 }, noon)).toBe(noon + 1_000);
  });
});

describe('a duration', () => {
  it.each([
    [{ minutes: 1, seconds: 30 }, 90_000],
    [{ days: 1, milliseconds: 1 }, 86_400_001],
    ['PT1M30S', 90_000],
    ['P1DT2H', 93_600_000],
    ['PT0.5S', 500],
  ])('%j', (value, ms) => {
    expect(durationOf(value)).toBe(ms);
  });

  it.each([[{ years: 1 }], [{ seconds: '1' }], [{ seconds: -1 }], [{ days: 1_000 }], ['P'], ['PT'], ['1M'], [null], [5]])(
    '%j is none',
    (value) => {
      expect(() => durationOf(value)).toThrow('366 days');
    },
  );
});
