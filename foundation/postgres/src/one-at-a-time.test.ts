import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

it('keeps the order of the calls and never overlaps, also past a failure', async () => {
  const inTurn = oneAtATime();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await Promise.resolve();
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };

  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(work(name))));

  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
