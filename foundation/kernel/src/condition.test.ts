import { describe, expect, it } from 'vitest';
import { compileCondition } from './condition.ts';

const about = (text: string) => compileCondition(text, ['input', 'context']);

describe('a condition', () => {
  it.each([
    ['input.status == 200', { status: 200 }, true],
    ['input.status >= 400 || input.name.startsWith("A")', { status: 200, name: 'Ada' }, true],
    ['has(input.missing) && input.missing > 1', {}, false],
    ['context.limit < input.size', { size: 11 }, true],
    ['"b" in input.tags', { tags: ['a', 'b'] }, true],
  ])('%s', (text, input, answer) => {
    expect(about(text)({ input, context: { limit: 10 } })).toBe(answer);
  });

  it.each(['input.', 'unknown == 1', 'input.a.matches("(a+)+$")', 'input.all(x, x > 1)', `input.a == "${'x'.repeat(1_000)}"`])(
    'is refused: %.40s',
    (text) => {
      expect(() => about(text)).toThrow(expect.objectContaining({ code: 'CONDITION_INVALID' }));
    },
  );

  it.each([
    ['input.missing == 1', {}],
    ['input.text', { text: 'yes' }],
  ])('gives no answer: %s', (text, input) => {
    expect(() => about(text)({ input, context: {} })).toThrow(expect.objectContaining({ code: 'CONDITION_UNANSWERED' }));
  });
});
