import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff } from './backoff.ts';

it('stays between a tenth of the bound and the bound, and the bound doubles up to the cap', () => {
  fc.assert(
    fc.property(fc.integer({ min: -3, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const wait = backoff(attempt, { base: 100, cap: 5_000, random: () => random });
      const bound = Math.min(5_000, 100 * 2 ** Math.min(Math.max(0, attempt - 1), 40));
      expect(wait).toBeGreaterThanOrEqual(bound / 10 - 1);
      expect(wait).toBeLessThanOrEqual(bound);
    }),
  );
});
