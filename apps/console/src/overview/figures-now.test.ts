import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figuresNow } from './figures-now.ts';

const durations = (p95: number) => ({ count: 1, p50: 1, p95, p99: p95, max: p95 });
const load = (seconds: number, done: number, extra: object = {}) => ({
  since: new Date(0).toISOString(),
  at: new Date(seconds * 1_000).toISOString(),
  process: { cpu: 0.5, rssBytes: 10, heapBytes: 5, eventLoopDelayMs: 2 },
  queues: [{ queue: 'inbox', tenant: null, depth: 3, oldestMs: 40 }],
  work: [{ work: 'route', tenant: null, done, failed: 1, busyMs: 1, durations: durations(done) }],
  ...extra,
});

describe('figures of the moment', () => {
  it('add up over processes and tenants, each over its own interval', () => {
    const two = { ...load(10, 40), queues: [{ queue: 'inbox', tenant: 'a', depth: 1, oldestMs: 90 }] };
    expect(figuresNow([load(5, 10), two])).toMatchObject({
      work: [{ work: 'route', perSecond: 6, failedPerSecond: expect.closeTo(0.3), p95: 40 }],
      queues: [{ queue: 'inbox', depth: 4, oldestMs: 90 }],
      lagMs: 90,
      cores: 1,
      memoryBytes: 20,
    });
  });

  it('are nothing where nobody reported, and finite whatever was reported', () => {
    expect(figuresNow([])).toMatchObject({ work: [], queues: [], lagMs: 0, cores: 0, eventLoopDelayMs: 0 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100), fc.nat()), { maxLength: 5 }), (loads) => {
        const { work, lagMs } = figuresNow(loads.map(([seconds, done]) => load(seconds, done)));
        expect([...work.map(({ perSecond }) => perSecond), lagMs].every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
