import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { members, textOf, timeOf } from './event-members.ts';

describe('what somebody else wrote', () => {
  it.each([null, undefined, 7, 'text', true, [1], []])('has no members where it is no object: %j', (value) => {
    expect(members(value)).toEqual({});
    expect(members({ a: 1 })).toEqual({ a: 1 });
  });

  it.each([
    ['text', 'text'],
    ['12345', '12345'],
    ['123456', null],
    ['', null],
    ['a\u0000', null],
    ['\ud800', '\ufffd'],
    [7, null],
    [null, null],
    [['text'], null],
  ])('%j is the text %j', (value, text) => expect(textOf(value, 5)).toBe(text));

  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T05:04:05+02:00', '2026-01-02T03:04:05.000Z'],
    ['nonsense', '2026-06-01T00:00:00.000Z'],
    ['1969-01-01T00:00:00Z', '2026-06-01T00:00:00.000Z'],
    ['+010000-01-01T00:00:00Z', '2026-06-01T00:00:00.000Z'],
    [1_700_000_000, '2026-06-01T00:00:00.000Z'],
    [null, '2026-06-01T00:00:00.000Z'],
  ])('%j is the time %s', (value, time) => expect(timeOf(value, '2026-06-01T00:00:00Z')).toBe(time));

  it('has times that compare as texts, whatever it says', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.date().map(String),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
        fc.string(),
        (one, other) => {
          expect(timeOf(one, other)).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        },
      ),
    );
  });
});
