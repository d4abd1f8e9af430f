import { describe, expect, it } from 'vitest';
import { Defer, RetryAfter, TerminalFailure } from './job-kind.ts';
import { outcomeOfError, outcomeOfResult } from './run-outcome.ts';

describe('a result', () => {
  it.each([
    [{ a: [1, null] }, '{"a":[1,null]}'],
    [null, 'null'],
    [undefined, 'null'],
    [() => 1, 'null'],
    ['\ud800\0', '"\\ud800\\u0000"'],
  ])('%j is told as JSON', (result, text) => {
    expect(outcomeOfResult(result)).toEqual({ end: 'done', result: text });
  });

  it.each([
    ['a circle', circle()],
    ['a bigint', { n: 1n }],
    [
      'what throws when it is asked',
      {
        toJSON() {
          throw new Error('no');
        },
      },
    ],
  ])('that is %s is replaced by a note: what the job did is done', (_, result) => {
    const outcome = outcomeOfResult(result);
    expect(outcome).toEqual({ end: 'done', result: expect.stringContaining('a result that is not JSON') });
  });
});

describe('an error', () => {
  it('is tried again, ends the job, waits or gives it back, by its type', () => {
    expect(outcomeOfError(new Error('x'))).toEqual({ end: 'failed', class: 'retry', error: 'x' });
    expect(outcomeOfError(new TerminalFailure('x'))).toEqual({ end: 'failed', class: 'terminal', error: 'x' });
    expect(outcomeOfError(new RetryAfter(1_500.2, 'x'))).toEqual({ end: 'failed', class: 'retry', error: 'x', afterMs: 1_501 });
    expect(outcomeOfError(new Defer(0, 'x'))).toEqual({ end: 'deferred', ms: 0, reason: 'x' });
  });

  it.each([
    [-1, 0],
    [Number.NaN, 604_800_000],
    [Number.POSITIVE_INFINITY, 604_800_000],
    [1e12, 604_800_000],
  ])('that waits %d ms waits %d', (ms, bounded) => {
    expect(outcomeOfError(new Defer(ms, 'x'))).toMatchObject({ ms: bounded });
    expect(outcomeOfError(new RetryAfter(ms, 'x'))).toMatchObject({ afterMs: bounded });
  });

  it.each([undefined, null, 'text', 7, {}])('may be anything: %j', (thrown) => {
    expect(outcomeOfError(thrown)).toMatchObject({ end: 'failed', class: 'retry', error: expect.any(String) });
  });

  it('is kept short', () => {
    expect(outcomeOfError(new Error('x'.repeat(5_000)))).toMatchObject({ error: 'x'.repeat(1_000) });
  });
});

function circle(): unknown {
  const made: { self?: unknown } = {};
  made.self = made;
  return made;
}
