import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDurations } from './durations.ts';

const duration = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 1_000, noNaN: true }),
  fc.double({ min: 0, max: 86_400_000, noNaN: true }),
);

function collected(values: readonly number[]) {
  const durations = createDurations();
  for (const value of values) durations.add(value);
  return durations.summary();
}

describe('durations', () => {
  it('are nothing before the first', () => {
    expect(createDurations().summary()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  });

  it('give every percentile within 5 % or 0.01 ms of the real one, and count and maximum exactly', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const said = collected(values);
        expect(said.count).toBe(values.length);
        expect(said.max).toBe(sorted.at(-1));
        for (const [share, estimate] of [
          [0.5, said.p50],
          [0.95, said.p95],
          [0.99, said.p99],
        ] as const) {
          const real = sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
          expect(Math.abs(estimate - real)).toBeLessThanOrEqual(Math.max(0.01, real * 0.05));
        }
      }),
    );
  });

  it('never leave their order: p50 <= p95 <= p99 <= max', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 50 }), (values) => {
        const { p50, p95, p99, max } = collected(values);
        expect([p50, p95, p99, max].toSorted((a, b) => a - b)).toEqual([p50, p95, p99, max]);
      }),
    );
  });

  it('take whatever a clock that jumps may say', () => {
    const said = collected([-5, Number.NaN, Number.POSITIVE_INFINITY, 1e300]);
    expect(said).toMatchObject({ count: 4, max: Number.MAX_SAFE_INTEGER });
    expect(Object.values(said).every(Number.isFinite)).toBe(true);
  });
});
