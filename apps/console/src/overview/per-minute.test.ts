import { expect, it } from 'vitest';
import { perMinute } from './per-minute.ts';

const at = (minute: number, work: string, done: number) => ({ minute: new Date(minute * 60_000).toISOString(), work, done, failed: 0 });

it('fills the minutes in which nothing was done, and puts the most frequent first', () => {
  expect(perMinute([at(1, 'route', 2), at(1, 'http', 50), at(4, 'route', 3)])).toEqual([
    {
      work: 'http',
      points: [
        [60_000, 50],
        [120_000, 0],
        [180_000, 0],
        [240_000, 0],
      ],
    },
    {
      work: 'route',
      points: [
        [60_000, 2],
        [120_000, 0],
        [180_000, 0],
        [240_000, 3],
      ],
    },
  ]);
  expect(perMinute([])).toEqual([]);
});

it('draws no more lines than can be told apart', () => {
  expect(perMinute(Array.from({ length: 30 }, (_, index) => at(1, `job/${index}`, index)))).toHaveLength(8);
});
