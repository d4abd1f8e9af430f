import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titled } from '../platform/titled.ts';
import { bytes, counted, rate, short } from './figures.ts';
import { ago, duration, span } from './times.ts';

describe('times', () => {
  const now = Date.parse('2026-11-02T09:30:00.000Z');
  it.each([
    [0, 'now'],
    [-12_000, '12 s ago'],
    [-61_000, '1 min ago'],
    [-7_300_000, '2 h ago'],
    [-400_000_000, '4 d ago'],
    [90_000, 'in 1 min'],
  ])('%i ms from now is %s', (ms, words) => expect(ago(new Date(now + ms).toISOString(), now)).toBe(words));

  it.each([
    [0, '0 ms'],
    [3.44, '3.4 ms'],
    [250.4, '250 ms'],
    [1_840, '1.8 s'],
    [61_000, '1 min'],
  ])('%d ms takes %s', (ms, words) => expect([duration(ms), span(999)]).toEqual([words, '0 s']));
});

describe('figures', () => {
  it('are short', () => {
    expect([short(950), short(9_999), short(12_345), short(4_100_000)]).toEqual(['950', '9,999', '12.3K', '4.1M']);
    expect([bytes(0), bytes(999), bytes(1_431), bytes(142_000_000)]).toEqual(['0 B', '999 B', '1.4 KB', '142 MB']);
    expect([rate(0), rate(0.01), rate(0.25), rate(12.4), rate(23_000)]).toEqual(['0/s', '1/min', '0.3/s', '12/s', '23K/s']);
  });

  it('count things', () => {
    expect([counted(1, 'entry', 'entries'), counted(0, 'entry', 'entries'), counted(2, 'job')]).toEqual(['1 entry', '0 entries', '2 jobs']);
  });

  it('are never longer than there is room for', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (count) => void expect(short(count).length).toBeLessThanOrEqual(7)),
    );
  });
});

it('names are made of ids where there is nothing better', () => {
  expect([titled('nudge-enterprise'), titled('a_b'), titled('-'), titled('')]).toEqual(['Nudge Enterprise', 'A B', '', '']);
});
