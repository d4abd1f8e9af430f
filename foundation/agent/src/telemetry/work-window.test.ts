import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorkWindow } from './work-window.ts';

describe('the work of an interval', () => {
  it('is told by work and tenant, the busiest first, and begins anew when it was taken', () => {
    const window = createWorkWindow();
    window.add({ work: 'handler/nudge', tenant: 'arbor', ms: 4, failed: false });
    window.add({ work: 'handler/nudge', tenant: 'arbor', ms: 6, failed: true });
    window.add({ work: 'handler/nudge', tenant: 'birch', ms: 90, failed: false });
    window.add({ work: 'route', tenant: null, ms: 1, failed: false });
    expect(window.take()).toMatchObject([
      { work: 'handler/nudge', tenant: 'birch', done: 1, failed: 0, busyMs: 90 },
      { work: 'handler/nudge', tenant: 'arbor', done: 1, failed: 1, busyMs: 10, durations: { count: 2, max: 6 } },
      { work: 'route', tenant: null, done: 1, failed: 0, busyMs: 1 },
    ]);
    expect(window.take()).toEqual([]);
  });

  it('keeps 200 tenants apart and sums the others as nobody, and loses no work', () => {
    const said = fc.record({
      work: fc.nat(60).map((number) => `job/${number}`),
      tenant: fc.option(fc.nat(400).map((number) => `tenant-${number}`)),
      ms: fc.nat(1_000),
      failed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(said, { maxLength: 1_500 }), (all) => {
        const window = createWorkWindow();
        for (const one of all) window.add(one);
        const samples = window.take();
        expect(new Set(samples.map(({ tenant }) => tenant ?? '')).size).toBeLessThanOrEqual(201);
        expect(new Set(samples.map(({ work }) => work)).size).toBeLessThanOrEqual(33);
        expect(samples.reduce((sum, { done, failed }) => sum + done + failed, 0)).toBe(all.length);
        expect(samples.reduce((sum, { failed }) => sum + failed, 0)).toBe(all.filter(({ failed }) => failed).length);
        expect(samples.reduce((sum, { busyMs }) => sum + busyMs, 0)).toBe(all.reduce((sum, { ms }) => sum + ms, 0));
      }),
      { numRuns: 30 },
    );
  });

  it('gives a tenant that came late its own place in the next interval', () => {
    const window = createWorkWindow();
    for (let number = 0; number <= 200; number += 1) window.add({ work: 'http', tenant: `t${number}`, ms: 1, failed: false });
    expect(window.take().filter(({ tenant }) => tenant === null)).toMatchObject([{ done: 1 }]);
    window.add({ work: 'http', tenant: 't200', ms: 1, failed: false });
    expect(window.take()).toMatchObject([{ tenant: 't200', done: 1 }]);
  });
});
