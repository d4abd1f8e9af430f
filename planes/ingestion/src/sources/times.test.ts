import { expect, test } from 'vitest';
import { utcTime, utcTimeOfSeconds } from './times.ts';

test.each([
  ['2018-04-05T17:31:00Z', '2018-04-05T17:31:00.000Z'],
  ['2018-04-05T17:31:00.123456789+02:00', '2018-04-05T15:31:00.123Z'],
  ['2018-02-30T00:00:00Z', null],
  ['2018-04-05T23:59:60Z', null],
  ['2018-04-05', null],
  [null, null],
])('the time %s is %s', (written, time) => {
  expect(utcTime(written)).toBe(time);
});

test.each([
  ['1772359200', '2026-03-01T10:00:00.000Z'],
  [1772359200, '2026-03-01T10:00:00.000Z'],
  ['0', '1970-01-01T00:00:00.000Z'],
  ['-1', null],
  ['999999999999', null],
  ['1772359200.5', null],
  ['0x10', null],
  [' 1', null],
  ['', null],
  [Number.NaN, null],
  [1e300, null],
  [{}, null],
])('the second %s is %s', (written, time) => {
  expect(utcTimeOfSeconds(written)).toBe(time);
});
