import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CronUnreadable, cronTimes } from './cron-times.ts';

const at = (text: string) => new Date(text);
const texts = (times: readonly Date[]) => times.map((time) => time.toISOString());

/** The next times after one, as many as asked for. */
function following(cron: string, timeZone: string, from: string, count: number): readonly string[] {
  const times = cronTimes(cron, timeZone);
  const found: Date[] = [];
  for (let time = times.after(at(from)); time !== null && found.length < count; time = times.after(time)) found.push(time);
  return texts(found);
}

describe('a cron text', () => {
  it.each([
    ['', 'UTC'],
    ['* * * *', 'UTC'],
    ['* * * * * * *', 'UTC'],
    ['@daily', 'UTC'],
    ['2030-01-01T00:00:00', 'UTC'],
    ['61 * * * *', 'UTC'],
    ['a b c d e', 'UTC'],
    ['* * * * *'.padEnd(101), 'UTC'],
    ['* * * * *', ''],
    ['* * * * *', 'Mars/Olympus'],
    ['* * * * *', '+02:00'],
    ['* * * * *', '../etc/passwd'],
    ['* * * * *', 'UTC\0'],
  ])('%j in %j is refused', (cron, timeZone) => {
    expect(() => cronTimes(cron, timeZone)).toThrow(CronUnreadable);
  });

  it.each(['0 0 31 2 *', '0 0 0 30 2 *'])('%j names no time at all', (cron) => {
    expect(cronTimes(cron, 'Europe/Berlin').after(at('2026-01-01T00:00:00Z'))).toBeNull();
  });

  it('may have seconds', () => {
    expect(following('*/20 * * * * *', 'UTC', '2026-05-01T10:00:05.300Z', 3)).toEqual([
      '2026-05-01T10:00:20.000Z',
      '2026-05-01T10:00:40.000Z',
      '2026-05-01T10:01:00.000Z',
    ]);
  });
});

describe('when clocks are put forward', () => {
  // In Berlin 2026-03-29 has no hour from 02:00 to 03:00; 03:00 is 01:00 UTC.
  it('a time of day that does not exist comes at the end of the gap', () => {
    expect(following('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  it('what recurs leaves it out', () => {
    expect(following('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3)).toEqual([
      '2026-03-29T00:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T01:30:00.000Z',
    ]);
  });
});

describe('when clocks are put back', () => {
  // In Berlin 2026-10-25 has the hour from 02:00 to 03:00 twice: from 00:00 and from 01:00 UTC.
  it('a time of day that exists twice comes once, at the first', () => {
    expect(following('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 3)).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('what recurs comes in both hours', () => {
    expect(following('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:15:00Z', 4)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  it('elsewhere it is on another day, and in UTC on none', () => {
    expect(following('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2)).toEqual([
      '2026-11-01T05:30:00.000Z',
      '2026-11-02T06:30:00.000Z',
    ]);
    expect(following('30 2 * * *', 'UTC', '2026-10-24T12:00:00Z', 2)).toEqual(['2026-10-25T02:30:00.000Z', '2026-10-26T02:30:00.000Z']);
  });
});

describe('what is due', () => {
  const hourly = cronTimes('0 * * * *', 'UTC');
  const first = at('2026-05-01T10:00:00Z');

  it('is the time that has just come', () => {
    for (const missed of ['skip', 'once', 'each'] as const) {
      expect(texts(hourly.due({ first, now: first, missed }))).toEqual(['2026-05-01T10:00:00.000Z']);
      expect(texts(hourly.due({ first, now: at('2026-05-01T10:00:59.9Z'), missed }))).toEqual(['2026-05-01T10:00:00.000Z']);
    }
  });

  it('and of those that were missed none, one or each', () => {
    const now = at('2026-05-01T13:00:10Z');
    const due = (missed: 'skip' | 'once' | 'each') => texts(hourly.due({ first, now, missed }));
    expect(due('skip')).toEqual(['2026-05-01T13:00:00.000Z']);
    expect(due('once')).toEqual(['2026-05-01T12:00:00.000Z', '2026-05-01T13:00:00.000Z']);
    expect(due('each')).toEqual([10, 11, 12, 13].map((hour) => `2026-05-01T${hour}:00:00.000Z`));
  });

  it('is nothing where the only time was missed and is not made up', () => {
    const now = at('2026-05-01T10:30:00Z');
    expect(hourly.due({ first, now, missed: 'skip' })).toEqual([]);
    expect(texts(hourly.due({ first, now, missed: 'once' }))).toEqual(['2026-05-01T10:00:00.000Z']);
  });

  it('is the latest hundred after a year of seconds, and is found at once', () => {
    const seconds = cronTimes('* * * * * *', 'UTC');
    const now = at('2027-05-01T10:00:00.500Z');
    const started = performance.now();
    const due = seconds.due({ first, now, missed: 'each' });
    expect(performance.now() - started).toBeLessThan(500);
    expect(due).toHaveLength(160);
    expect(texts(due.slice(-1))).toEqual(['2027-05-01T10:00:00.000Z']);
  });

  it('is each time once, however it is cut into looks', () => {
    const crons = fc.constantFrom('* * * * * *', '*/7 * * * * *', '*/10 * * * *', '15,45 2 * * *', '30 2 * * *');
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
    const starts = fc.constantFrom('2026-03-29T00:58:00Z', '2026-10-25T00:58:00Z', '2026-11-01T05:00:00Z', '2026-04-04T14:58:00Z');
    const looks = fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(crons, zones, starts, looks, (cron, zone, start, gaps) => {
        const times = cronTimes(cron, zone);
        const found: Date[] = [];
        let next = times.after(at(start));
        let now = at(start);
        for (const gap of gaps) {
          now = new Date(now.getTime() + gap);
          if (next === null || next > now) continue;
          found.push(...times.due({ first: next, now, missed: 'each' }));
          next = times.after(now);
        }
        const expected: Date[] = [];
        for (let time = times.after(at(start)); time !== null && time <= now; time = times.after(time)) expected.push(time);
        expect(texts(found)).toEqual(texts(expected));
      }),
      { numRuns: 60 },
    );
  });
});
