import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedLimit, decimal, decodeCursor, encodeCursor, pageOf } from './page.ts';

const malformed = expect.objectContaining({ code: 'SPINE_CURSOR_MALFORMED' });

function thrownBy(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return error;
  }
}

describe('a cursor', () => {
  it('gives back what was put in, to the list that made it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 999_999 }), { maxLength: 4 }), (numbers) => {
        const mark = numbers.map(String);
        const shape = mark.map(() => decimal);
        const cursor = encodeCursor('events', mark);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor('events', cursor, shape)).toEqual(mark);
        expect(thrownBy(() => decodeCursor('unmatched', cursor, shape))).toEqual(malformed);
        expect(thrownBy(() => decodeCursor('events', cursor, [...shape, decimal]))).toEqual(malformed);
      }),
    );
  });

  it('is nothing on the first page', () => expect(decodeCursor('events', undefined, [decimal])).toBeUndefined());

  it.each(['-1', '1.5', '1e3', '', ' 1', '1 ', '9'.repeat(19), '1; drop table event'])('does not carry %j as a number', (value) => {
    expect(thrownBy(() => decodeCursor('events', encodeCursor('events', [value]), [decimal]))).toEqual(malformed);
  });
});

describe('a page', () => {
  const make = { item: (row: number) => row * 10, cursor: (row: number) => `after ${row}` };

  it.each([
    [[], 2, [], null],
    [[1], 2, [10], null],
    [[1, 2], 2, [10, 20], null],
    [[1, 2, 3], 2, [10, 20], 'after 2'],
  ])('of %j with limit %i', (rows, limit, items, next) => expect(pageOf(rows, limit, make)).toEqual({ items, next }));

  it.each([1, 200])('may have %i items', (limit) => expect(checkedLimit({ limit })).toBe(limit));
  it.each([0, 201, -5, 2.5, Number.NaN])('may not have %d items', (limit) => {
    expect(thrownBy(() => checkedLimit({ limit }))).toMatchObject({ code: 'SPINE_LIMIT_MALFORMED' });
  });
});
