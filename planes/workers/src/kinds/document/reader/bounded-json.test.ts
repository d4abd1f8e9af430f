import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedJson } from './bounded-json.ts';

describe('what a library found', () => {
  it('is plain afterwards', () => {
    const found = {
      text: '  a\u0000b\ud800 ',
      date: new Date('2026-01-02T03:04:05Z'),
      broken: new Date(Number.NaN),
      endless: Number.POSITIVE_INFINITY,
      large: 12n,
      bytes: new Uint8Array(5),
      buffer: new ArrayBuffer(5),
      act: () => 1,
      nothing: null,
      absent: undefined,
      empty: ' ',
      list: [1, undefined, 'x', () => 2],
    };
    expect(boundedJson(found)).toEqual({ text: 'ab\ufffd', date: '2026-01-02T03:04:05.000Z', large: '12', nothing: null, list: [1, 'x'] });
  });

  it('is small afterwards, and JSON', () => {
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${'k'.repeat(500)}${index}`, 'v'.repeat(5_000)]));
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    expect(JSON.stringify(boundedJson(wide)).length).toBeLessThan(300_000);
    expect(boundedJson(deep)).toEqual({ a: { b: { c: {} } } });
    expect(boundedJson(Array.from({ length: 1_000 }, () => 1))).toHaveLength(200);
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
        (value) => {
          const once = boundedJson(value);
          const written = JSON.stringify(once);
          if (once === undefined) return;
          expect(written).not.toMatch(/\\u0000/);
          expect(written.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});
