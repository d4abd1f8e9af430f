import { expect, it } from 'vitest';
import { eventually } from './index.ts';

it('resolves to the first truthy answer', async () => {
  const answers = [undefined, 0, '', false, null, 'here', 'later'];
  expect(await eventually(() => answers.shift(), { everyMs: 1 })).toBe('here');
  expect(answers).toEqual(['later']);
});

it('awaits a condition that takes its time', async () => {
  expect(await eventually(async () => ({ n: 1 }))).toEqual({ n: 1 });
});

it('takes a throwing condition for one that is not true yet', async () => {
  let calls = 0;
  const condition = () => {
    calls += 1;
    if (calls < 3) throw new Error('not yet');
    return calls;
  };
  expect(await eventually(condition, { everyMs: 1 })).toBe(3);
});

it('asks at least once, and then gives up with what it saw last', async () => {
  await expect(eventually(() => false, { timeoutMs: 0 })).rejects.toThrow('within 0 ms; the last answer was false');
  const reason = new Error('never');
  await expect(eventually(() => Promise.reject(reason), { timeoutMs: 5, everyMs: 1 })).rejects.toMatchObject({ cause: reason });
});
