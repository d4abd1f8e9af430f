import { SourceError } from '@etis/contracts/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonExtract, wholeJson } from './json-copy.ts';

const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;

describe('a whole copy', () => {
  test('changes only what no store keeps', () => {
    expect(wholeJson({ a: ['x\0', { 'b\ud800': 1.5, c: null, d: true }] })).toEqual({
      a: ['x\uFFFD', { 'b\uFFFD': 1.5, c: null, d: true }],
    });
    expect(wholeJson(JSON.parse('{"__proto__":{"polluted":1},"a":1}'))).toEqual({ a: 1 });
  });

  test('is refused for what is nested deeper than 64 levels', () => {
    expect(wholeJson(nested(64))).toEqual(nested(64));
    expect(() => wholeJson(nested(65))).toThrow(SourceError);
    expect(() => wholeJson(nested(100_000))).toThrow(SourceError);
  });

  test('law: is the value itself where every text can be stored', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/__proto__|\\u0000|\\ud[89a-f]/i.test(text));
        expect(JSON.stringify(wholeJson(JSON.parse(text)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});

describe('an extract', () => {
  test('writes names in camelCase, and ids as texts', () => {
    const value = { phone_number_id: 42, ids: [1, 'x'], max_per_day: 3, _private: 1, waba_info: { owner_business_id: 7 }, id: { a: 1 } };
    expect(jsonExtract(value, { names: 'camelCase' })).toEqual({
      phoneNumberId: '42',
      ids: ['1', 'x'],
      maxPerDay: 3,
      _private: 1,
      wabaInfo: { ownerBusinessId: '7' },
      id: { a: 1 },
    });
  });

  test('leaves out what does not fit', () => {
    expect(jsonExtract([1, 2, 3, 4], { values: 3 })).toEqual([1, 2]);
    expect(jsonExtract('abcdef', { textLength: 3 })).toBe('abc');
    expect(jsonExtract({ 'a b': 1, c: Number.POSITIVE_INFINITY, ok: 2 })).toEqual({ c: null, ok: 2 });
    expect(JSON.stringify(jsonExtract(nested(100_000))).length).toBeLessThan(50);
  });

  test('law: whatever it is given, it holds at most so many values, and copying it again changes nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 30 }), (value, values) => {
        const once = jsonExtract(value, { values });
        expect(count(once)).toBeLessThanOrEqual(values);
        expect(jsonExtract(once, { values })).toEqual(once);
      }),
    );
  });
});

function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, member: unknown) => sum + count(member), 1);
}
