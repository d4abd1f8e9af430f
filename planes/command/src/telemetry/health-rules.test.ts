import { describe, expect, it } from 'vitest';
import { findHealth, type Health } from './health-rules.ts';
import { memberOf, now, reportOf } from './telemetry-under-test.ts';

const look = (given: Partial<Health>) =>
  findHealth({ now, members: [], reports: [], heard: new Map(), done: [], record: { bytes: 0, bound: null }, ...given });
const queue = (oldestMs: number) => [{ queue: 'inbox', tenant: null, depth: 1, oldestMs }];
const seenAgo = (ms: number) => ({ connected: false, lastSeenAt: new Date(now - ms).toISOString() });

describe('the health rules', () => {
  it('judge a queue by its oldest, over all who read it', () => {
    const found = (...ages: number[]) =>
      look({ reports: ages.map((ms) => reportOf({ queues: queue(ms) })) }).find(({ rule }) => rule === 'queue-age');
    expect(found(10, 29_000)).toMatchObject({ subject: 'inbox', verdict: 'good' });
    expect(found(10, 45_000)).toMatchObject({ verdict: 'between' });
    expect(found(61_000, 10)).toMatchObject({ verdict: 'bad', severity: 'warning', text: 'inbox: the oldest waits for 61 s' });
    expect(found(700_000)).toMatchObject({ verdict: 'bad', severity: 'critical' });
  });

  it('judge the event loop of each', () => {
    const found = (eventLoopDelayMs: number) => look({ reports: [reportOf({ process: { ...reportOf().process, eventLoopDelayMs } })] });
    expect(found(99)).toMatchObject([{ rule: 'event-loop-delay', subject: 'router.one', verdict: 'good' }]);
    expect(found(300)).toMatchObject([{ verdict: 'bad', severity: 'warning' }]);
  });

  it('judge the share of failures, where there are enough to say', () => {
    expect(look({ done: [{ work: 'http', done: 9, failed: 9 }] })).toEqual([]);
    expect(look({ done: [{ work: 'http', done: 60, failed: 40 }] })).toMatchObject([
      { rule: 'failure-share', subject: 'http', verdict: 'bad' },
    ]);
    expect(look({ done: [{ work: 'http', done: 95, failed: 5 }] })).toMatchObject([{ verdict: 'good' }]);
  });

  it('judge the record by what it may take, and not where nothing bounds it', () => {
    const found = (bytes: number, bound: number | null) => look({ record: { bytes, bound } });
    expect(found(10, null)).toEqual([]);
    expect(found(74, 100)).toMatchObject([{ rule: 'record-full', subject: 'record', verdict: 'good' }]);
    expect(found(78, 100)).toMatchObject([{ verdict: 'between' }]);
    expect(found(80, 100)).toMatchObject([{ verdict: 'bad', severity: 'warning', text: expect.stringContaining('80 %') }]);
    expect(found(99, 100)).toMatchObject([{ verdict: 'bad', severity: 'critical' }]);
    expect(found(1, 0)).toMatchObject([{ verdict: 'bad', severity: 'critical' }]);
  });

  it('find who is connected and reports nothing any more, and nobody who never did or is away', () => {
    const heardAgo = (ms: number) => now - ms;
    const found = look({
      members: [
        memberOf('fine'),
        memberOf('late'),
        memberOf('mute'),
        memberOf('deaf'),
        memberOf('never'),
        memberOf('away', { connected: false, lastSeenAt: new Date(now - 1_000).toISOString() }),
      ],
      heard: new Map([
        ['fine', heardAgo(5_000)],
        ['late', heardAgo(45_000)],
        ['mute', heardAgo(61_000)],
        ['deaf', heardAgo(301_000)],
        ['away', heardAgo(61_000)],
      ]),
    }).filter(({ rule }) => rule === 'telemetry-silent');
    expect(found.map(({ subject, verdict, severity }) => `${subject} ${verdict} ${severity}`)).toEqual([
      'fine good warning',
      'late between warning',
      'mute bad warning',
      'deaf bad critical',
      'never good warning',
      'away good warning',
    ]);
    expect(found[2]?.text).toBe('mute: it is connected and has reported no load for 61 s');
  });

  it('find who is silent, stale or behind, and nobody who is revoked or never came', () => {
    const bad = look({
      members: [
        memberOf('fine'),
        memberOf('silent', seenAgo(90_000)),
        memberOf('away', seenAgo(20_000)),
        memberOf('stale', { state: 'STALE' }),
        memberOf('behind', { driftMs: 700_000 }),
        memberOf('revoked', { ...seenAgo(90_000), revokedAt: new Date(now).toISOString() }),
        memberOf('never', { connected: false, lastSeenAt: null, driftMs: 700_000 }),
      ],
    }).filter(({ verdict }) => verdict === 'bad');
    expect(bad.map(({ rule, subject, severity }) => [rule, subject, severity])).toEqual([
      ['subscriber-silent', 'silent', 'warning'],
      ['subscriber-behind', 'stale', 'warning'],
      ['subscriber-behind', 'behind', 'critical'],
    ]);
  });
});
