import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

const wellFormed = fc.string({ unit: 'grapheme' });
const { tree: anyJson } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    wellFormed,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(wellFormed, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** The same value with its members in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const made: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value).reverse()) {
    Object.defineProperty(made, name, { value: shuffled(member), enumerable: true, configurable: true, writable: true });
  }
  return made;
}

describe('canonical JSON', () => {
  it('says the same as JSON does, in one way only', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it.each([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    // From RFC 8785, 3.2.3: by UTF-16 code units, so that an emoji stands before U+FB33.
    [{ '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 }, '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'],
    [{ absent: undefined, there: -0 }, '{"there":0}'],
    ['a"\\\u0001/é', '"a\\"\\\\\\u0001/é"'],
    [[1e21, 1.5, 9007199254740991], '[1e+21,1.5,9007199254740991]'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ])('%j is %s', (value, text) => expect(canonicalJson(value)).toBe(text));

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no number', Number.NaN],
    ['no finite number', [Number.POSITIVE_INFINITY]],
    ['a function', { call: () => 1 }],
    ['a big integer', 1n],
    ['a hole', [undefined]],
    ['a date', { at: new Date(0) }],
    ['a map', new Map()],
    ['half a surrogate pair', 'a\ud800'],
    ['half a surrogate pair as a name', { '\udc00': 1 }],
    ['too many levels', JSON.parse('['.repeat(100) + ']'.repeat(100))],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'AGENT_NOT_CANONICAL' }));
  });
});
