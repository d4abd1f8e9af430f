import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spineSettings } from '../settings.ts';
import { boundOf } from './record-bound.ts';

const settings = (maxBytes: number | null, reserveBytes = 100) => ({ ...spineSettings().maintenance, maxBytes, reserveBytes });

describe('the bound of the record', () => {
  it.each([
    ['nothing is known', 10, null, null, null],
    ['a setting alone', 10, null, 500, 500],
    ['the disk alone, less what is held in reserve', 10, 1_000, null, 910],
    ['the setting where the disk has more room', 10, 1_000, 500, 500],
    ['the disk where it has less than was set', 10, 200, 500, 110],
    ['nothing at all where the disk is full', 10, 0, 500, 0],
  ])('is that of %s', (_case, bytes, free, max, bound) => expect(boundOf(bytes, free, settings(max))).toBe(bound));

  it('is never more than was set or than fits', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (bytes, free, max) => {
        const bound = boundOf(bytes, free, settings(max)) ?? Number.NaN;
        expect(bound).toBeLessThanOrEqual(max);
        expect(bound).toBeLessThanOrEqual(bytes + free);
      }),
    );
  });
});
