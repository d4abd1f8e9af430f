import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, now, restriction, resume, standingClock, storeAt } from './directives-under-test.ts';
import { createThrottle } from './throttle.ts';

function throttled(...rates: readonly { count: number; perMs: number; tenant?: string }[]) {
  const clock = standingClock();
  const store = storeAt(clock);
  const directives = rates.map(({ count, perMs, tenant }, index) =>
    restriction({ verb: 'throttle', rate: { count, perMs }, scope: tenant === undefined ? {} : { tenant }, sequence: index + 1 }),
  );
  for (const one of directives) store.apply(one, digestOf(one));
  return { clock, store, directives, throttle: createThrottle(store, clock) };
}

describe('a throttle', () => {
  it('gives everything where nothing is throttled', () => {
    expect(throttled().throttle.take({ tenant: 'acme' }, 1_000)).toEqual({ granted: 1_000, waitMs: 0 });
  });

  it('gives what the rate leaves, and says when there is more', () => {
    const { throttle, clock } = throttled({ count: 10, perMs: 1_000 });
    expect(throttle.take({}, 7)).toEqual({ granted: 7, waitMs: 0 });
    expect(throttle.take({}, 7)).toMatchObject({ granted: 3 });
    const { granted, waitMs } = throttle.take({}, 1);
    expect(granted).toBe(0);
    expect(waitMs).toBeLessThanOrEqual(1_100);
    clock.at += waitMs;
    expect(throttle.take({}, 1).granted).toBe(1);
  });

  it('counts what a peek does not, and takes back what was not used', () => {
    const { throttle } = throttled({ count: 5, perMs: 1_000 });
    expect(throttle.peek({}, 9).granted).toBe(5);
    throttle.take({}, 5);
    throttle.giveBack({}, 2);
    expect(throttle.peek({}, 9).granted).toBe(2);
  });

  it('has an account for each directive: who has used up his own takes nothing of the others’', () => {
    const { throttle } = throttled({ count: 100, perMs: 1_000 }, { count: 2, perMs: 1_000, tenant: 'acme' });
    expect(throttle.take({ tenant: 'acme' }, 10).granted).toBe(2);
    expect(throttle.take({ tenant: 'bolt' }, 200).granted).toBe(98);
  });

  it('ends with its directive, and a new one begins anew', () => {
    const { throttle, store, directives } = throttled({ count: 1, perMs: 60_000 });
    expect(throttle.take({}, 5).granted).toBe(1);
    const ids = directives.map(({ id }) => id);
    const go = resume(ids, { sequence: 9 });
    store.apply(go, digestOf(go));
    expect(throttle.take({}, 5).granted).toBe(5);
    const again = restriction({ verb: 'throttle', rate: { count: 1, perMs: 60_000 }, sequence: 10 });
    store.apply(again, digestOf(again));
    expect(throttle.take({}, 5).granted).toBe(1);
  });

  it('never gives more than the count within the time, whenever it is asked', () => {
    const rate = fc.record({ count: fc.integer({ min: 1, max: 50 }), perMs: fc.integer({ min: 100, max: 5_000 }) });
    const asks = fc.array(fc.record({ after: fc.nat(400), wanted: fc.integer({ min: 1, max: 30 }) }), { maxLength: 60 });
    fc.assert(
      fc.property(rate, asks, ({ count, perMs }, script) => {
        const { throttle, clock } = throttled({ count, perMs });
        const given: { at: number; granted: number }[] = [];
        for (const { after, wanted } of script) {
          clock.at += after;
          given.push({ at: clock.at, granted: throttle.take({}, wanted).granted });
        }
        for (const { at } of given) {
          const within = given.filter((one) => one.at >= at && one.at < at + perMs);
          expect(within.reduce((sum, { granted }) => sum + granted, 0)).toBeLessThanOrEqual(count);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives nine tenths of the rate at least to who takes all he can', () => {
    const { throttle, clock } = throttled({ count: 20, perMs: 1_000 });
    let total = 0;
    while (clock.at < now + 60_000) {
      const { granted, waitMs } = throttle.take({}, 100);
      total += granted;
      clock.at += Math.max(1, waitMs);
    }
    expect(total).toBeGreaterThanOrEqual(60 * 20 * 0.9);
  });
});
