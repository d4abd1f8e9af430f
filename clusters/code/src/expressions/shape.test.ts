import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileShape } from './shape.ts';
import { compileTemplate } from './template.ts';

const shape = (text: string, input: unknown, variables = {}) => compileShape(text)(input, variables);

describe('an expression', () => {
  it.each([
    ['a.b', { a: { b: 1 } }, 1],
    ['missing', {}, null],
    [
      'items[price > 1].name',
      {
        items: [
          { name: 'a', price: 1 },
          { name: 'b', price: 2 },
          { name: 'c', price: 3 },
        ],
      },
      ['b', 'c'],
    ],
    ['$map(n, function($v) { $v * 2 })', { n: [1, 2] }, [2, 4]],
    ['$given.x & "-" & y', { y: 'y' }, 'x-y'],
  ])('%s', async (text, input, value) => {
    expect(await shape(text, input, { given: { x: 'x' } })).toEqual(value);
  });

  it.each([
    ['(', 'Expected'],
    ['$match(a, /(a+)+$/)', 'regular expressions'],
    ['[1..10000000]', 'ranges'],
    ['$eval("1")', '$eval'],
    ['($e := $eval; $e("1"))', '$eval'],
    ['$pad("a", 1000000000)', '$pad'],
    ['$ ~> |a|{"b":1}|', 'transform'],
    ['a'.repeat(5_000), 'more than'],
  ])('is refused: %.40s', (text, words) => {
    expect(() => compileShape(text)).toThrow(words);
  });

  it.each([
    ['($f := function() { $f() }; $f())', 'too much work'],
    ['($f := function($n) { 1 + $f($n + 1) }; $f(0))', 'too deeply'],
    ['n.($$.n.($$.n.($$.n)))', ''],
    ['($s := $join(n.$string(), "xxxxxxxxxx"); $s := $s & $s; $s := $s & $s; $t := $replace($s, "x", $s); $t)', ''],
  ])('is ended where it asks for too much: %s', async (text, words) => {
    const begun = performance.now();
    const n = Array.from({ length: 1_000 }, (_, index) => index);
    await expect(shape(text, { n })).rejects.toThrow(words);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it('reaches nothing but its input', async () => {
    for (const text of ['__proto__', 'constructor', '$string.constructor', 'a.constructor.constructor', '$lookup($, "__proto__")']) {
      expect(await shape(text, { a: 'x' }).catch(() => null)).toBeNull();
    }
    await shape('{ "__proto__": { "polluted": 1 } }', {}).catch(() => null);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('a template', () => {
  it('replaces expressions wherever they stand, and nothing else', async () => {
    const template = compileTemplate({ a: '${ x }', b: ['${ x + 1 }', 'x', 3, null], c: 'not ${ x } inside' });
    expect(await template({ x: 1 }, {})).toEqual({ a: 1, b: [2, 'x', 3, null], c: 'not ${ x } inside' });
  });

  it('gives back every value of JSON that holds no expression', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        fc.pre(!JSON.stringify(value).includes('${'));
        expect(JSON.stringify(await compileTemplate(value)(null, {}))).toBe(JSON.stringify(value));
      }),
    );
  });
});
