import { describe, expect, it } from 'vitest';
import { createSharedCall } from './shared-call.ts';

interface Call {
  readonly items: readonly number[];
  answer(): void;
  fail(error: Error): void;
}

function underTest(bounds: { maxItems?: number; maxWeight?: number; maxCalls?: number } = {}) {
  const calls: Call[] = [];
  const ask = createSharedCall<number, string>({
    bounds: { maxItems: 10, maxWeight: 1_000, maxCalls: 1, weigh: (item) => item, ...bounds },
    call(items) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
      calls.push({ items, answer: () => resolve(items.map((item) => `answer ${item}`)), fail: reject });
      return promise;
    },
  });
  return { calls, ask: (item: number, key = String(item)) => ask(key, item) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('calls that come together', () => {
  it('share one, and each gets its own answer', async () => {
    const { calls, ask } = underTest();
    const answers = [ask(1), ask(2), ask(3)];
    expect(calls).toEqual([]);
    await turn();
    expect(calls.map(({ items }) => items)).toEqual([[1, 2, 3]]);
    calls[0]?.answer();
    expect(await Promise.all(answers)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  });

  it('while one is under way share the next', async () => {
    const { calls, ask } = underTest();
    const first = ask(1);
    await turn();
    const later = [ask(2), ask(3)];
    await turn();
    expect(calls).toHaveLength(1);
    calls[0]?.answer();
    await first;
    await turn();
    expect(calls[1]?.items).toEqual([2, 3]);
    calls[1]?.answer();
    expect(await Promise.all(later)).toEqual(['answer 2', 'answer 3']);
  });

  it('go beside each other where more than one may', async () => {
    const { calls, ask } = underTest({ maxCalls: 2 });
    const answers = [ask(1)];
    await turn();
    answers.push(ask(2));
    await turn();
    answers.push(ask(3));
    await turn();
    expect(calls.map(({ items }) => items)).toEqual([[1], [2]]);
    calls[1]?.answer();
    await turn();
    await turn();
    expect(calls[2]?.items).toEqual([3]);
    for (const call of calls) call.answer();
    expect(await Promise.all(answers)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  });

  it('are bounded in number and in weight, and one that is too heavy goes alone', async () => {
    const { calls, ask } = underTest({ maxItems: 2, maxWeight: 100 });
    const answers = [1, 2, 3, 98, 5_000, 4].map((item) => ask(item));
    for (let n = 0; n < 5; n += 1) {
      await turn();
      calls.at(-1)?.answer();
      await turn();
    }
    expect(await Promise.all(answers)).toHaveLength(6);
    expect(calls.map(({ items }) => items)).toEqual([[1, 2], [3], [98], [5_000], [4]]);
  });

  it('of the same key do not share one', async () => {
    const { calls, ask } = underTest();
    const answers = [ask(1, 'a'), ask(2, 'a'), ask(3, 'b')];
    await turn();
    expect(calls[0]?.items).toEqual([1, 3]);
    calls[0]?.answer();
    await answers[0];
    await turn();
    expect(calls[1]?.items).toEqual([2]);
    calls[1]?.answer();
    await Promise.all(answers);
  });

  it('fail together, and the next one is made all the same', async () => {
    const { calls, ask } = underTest();
    const answers = [ask(1), ask(2)];
    await turn();
    const next = ask(3);
    calls[0]?.fail(new Error('away'));
    expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    calls[1]?.answer();
    expect(await next).toBe('answer 3');
  });
});
