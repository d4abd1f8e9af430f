import { expect, it } from 'vitest';
import { recordLines } from './record.ts';

const record = {
  ...{ bytes: 1.5 * 2 ** 30, bound: 3 * 2 ** 30, measuredAt: null, events: 1_000, deliveries: 250, bytesPerEvent: 1_468 },
  ...{ keptSince: '2026-08-04T00:00:00.000Z', keepDays: 90, unmatchedDays: 60, digestDays: 45, nextDropAt: '2026-11-13T06:00:00.000Z' },
  slices: [{ number: 7, beganAt: '2026-08-04T00:00:00.000Z' }],
  tables: [
    { name: 'event', bytes: 5 << 20, rows: 1_000, bytesPerEvent: 5_243 },
    { name: 'lane', bytes: 8_192, rows: 3, bytesPerEvent: null },
  ],
};

it('says how large the record is and may be, since when it is kept, and what each table takes', () => {
  const text = recordLines(record).join('\n');
  expect(text).toContain('size        1.5 GiB, 50 % of the 3.0 GiB that it may take');
  expect(text).toContain('events      1000, of 250 deliveries; 1468 bytes for each event');
  expect(text).toContain('kept since  2026-08-04T00:00:00.000Z, for 90 days; what found no place for 60, digests for 45');
  expect(text).toContain('next drop   2026-11-13T06:00:00.000Z');
  expect(text).toMatch(/event +5\.0 MiB +1000 +5243/);
  expect(text).toMatch(/lane +8 KiB +3/);
});

it('says so where nothing bounds it, and while there is one slice and no event', () => {
  const text = recordLines({ ...record, bound: null, bytesPerEvent: null, nextDropAt: null }).join('\n');
  expect(text).toContain('1.5 GiB, nothing bounds it');
  expect(text).toContain('events      1000, of 250 deliveries\n');
  expect(text).toContain('none yet: everything is in one slice');
});

it('does not divide by a bound of nothing', () => expect(recordLines({ ...record, bytes: 0, bound: 0 })[0]).toContain('0 % of the 0 KiB'));
