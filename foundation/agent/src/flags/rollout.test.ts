import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buckets, createRollout } from './rollout.ts';

const declared = ['a', 'b', 'c', 'd'];
const everyBucket = Array.from({ length: buckets }, (_, bucket) => bucket);

function allotted(shares: Readonly<Record<string, number>>, variants: readonly string[]): readonly (string | null)[] {
  const { variantAt } = createRollout('flag', { seed: 's', shares }, variants);
  return everyBucket.map(variantAt);
}

/** Shares of so many variants that are 10,000 at most together. */
function sharesOf(count: number): fc.Arbitrary<Record<string, number>> {
  return fc
    .array(fc.integer({ min: 0, max: buckets }), { minLength: count, maxLength: count })
    .map((cuts) => cuts.toSorted((one, other) => one - other))
    .map((cuts) => Object.fromEntries(cuts.map((cut, index) => [declared[index] ?? '', cut - (cuts[index - 1] ?? 0)])));
}

describe('a bucket', () => {
  it('is the first 32 bits of the SHA-256 of flag, seed and targeting key, modulo 10,000, each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (targetingKey) => {
        const rollout = createRollout('nudge.wording', { seed: 'autumn', shares: {} }, ['a']);
        const expected = createHash('sha256').update(`nudge.wording\nautumn\n${targetingKey}`).digest().readUInt32BE(0) % buckets;
        expect([rollout.bucket(targetingKey), rollout.bucket(targetingKey)]).toEqual([expected, expected]);
      }),
    );
  });

  it('is as likely as every other', () => {
    const rollout = createRollout('f', { seed: 's', shares: { a: 2_500 } }, ['a', 'b']);
    const keys = Array.from({ length: 40_000 }, (_, index) => `tenant-${index}`);
    const chosen = keys.filter((key) => rollout.variantAt(rollout.bucket(key)) === 'a').length;
    // Five standard deviations of a binomial with 40,000 draws are 433.
    expect(Math.abs(chosen - 10_000)).toBeLessThan(433);
  });
});

describe('shares', () => {
  it('are kept to the bucket, whatever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }).chain(sharesOf), (shares) => {
        const given = allotted(shares, declared);
        for (const [variant, share] of Object.entries(shares)) expect(given.filter((one) => one === variant)).toHaveLength(share);
      }),
      { numRuns: 30 },
    );
  });

  it('of two variants take nothing away when they are raised', () => {
    const pair = fc.tuple(sharesOf(2), fc.integer({ min: 0, max: buckets }), fc.constantFrom('a', 'b'));
    fc.assert(
      fc.property(pair, ([shares, wanted, raised]) => {
        const left = buckets - (shares.a ?? 0) - (shares.b ?? 0);
        const more = { ...shares, [raised]: (shares[raised] ?? 0) + Math.min(wanted, left) };
        const before = allotted(shares, ['b', 'a']);
        const after = allotted(more, ['a', 'b']);
        expect(before.every((variant, bucket) => variant === null || after[bucket] === variant)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('of any number of variants take nothing away while none is above its equal part, also when one is added', () => {
    const part = buckets / declared.length;
    const some = fc.record({ a: fc.nat(part), b: fc.nat(part), c: fc.nat(part), d: fc.nat(part) }, { requiredKeys: [] });
    fc.assert(
      fc.property(some, some, (one, other) => {
        const raised = Object.fromEntries(declared.map((name) => [name, Math.max(one[name as 'a'] ?? 0, other[name as 'a'] ?? 0)]));
        const before = allotted(one as Record<string, number>, declared);
        const after = allotted(raised, declared);
        expect(before.every((variant, bucket) => variant === null || after[bucket] === variant)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it.each([{ a: -1 }, { a: 0.5 }, { a: Number.NaN }, { x: 5_000 }, JSON.parse('{"__proto__": 5}')])(
    'that cannot be are none: %j',
    (shares) => {
      expect(new Set(allotted(shares, declared))).toEqual(new Set([null]));
    },
  );

  it('above the whole are cut where it ends', () => {
    expect(new Set(allotted({ a: 20_000, b: 20_000 }, ['a', 'b']))).toEqual(new Set(['a', 'b']));
  });
});
