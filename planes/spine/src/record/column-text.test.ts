import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnText } from './column-text.ts';
import { thrownText } from './thrown-text.ts';

describe('a text for a column', () => {
  it('is what it was where PostgreSQL can keep that', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
        if (!text.includes('\0')) expect(columnText(text, 1_000)).toBe(text);
      }),
    );
  });

  it('has no NUL, no lone surrogate and no more than the limit, whatever it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (units, limit) => {
        const text = columnText(String.fromCharCode(...units), limit);
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(text.includes('\0')).toBe(false);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it('shows where it was cut', () => expect(columnText('abcdef', 4)).toBe('abc…'));
  it('does not cut a pair in two', () => expect(columnText('ab😀cd', 4)).toBe('ab\uFFFD…'));
});

describe('the text of what was thrown', () => {
  it('is there for anything', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true }), (thrown) => {
        const text = thrownText(thrown, 100);
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(100);
      }),
    );
  });

  it.each([
    [new Error('a message'), 'a message'],
    [new TypeError(''), 'TypeError'],
    ['a text', 'a text'],
    [{ toString: null }, 'something was thrown that has no text'],
    [Object.create(null), 'something was thrown that has no text'],
  ])('of %s', (thrown, text) => expect(thrownText(thrown, 100)).toBe(text));
});
