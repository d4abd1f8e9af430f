import { describe, expect, it } from 'vitest';
import { EtisError, errorCatalogue, errorText } from './errors.ts';

const errors = errorCatalogue('TEST', {
  LANE_UNKNOWN: { kind: 'not-found', message: (lane: string) => `There is no lane ${lane}.` },
  FULL: { kind: 'limited', retryable: true, message: () => 'Full.' },
});

describe('errorCatalogue', () => {
  it('makes errors with a stable code, a kind and a public message', () => {
    const error = errors.LANE_UNKNOWN('acme/nudge');
    expect(error).toBeInstanceOf(EtisError);
    expect(error).toMatchObject({
      code: 'TEST_LANE_UNKNOWN',
      kind: 'not-found',
      retryable: false,
      message: 'There is no lane acme/nudge.',
    });
    expect(errors.FULL()).toMatchObject({ code: 'TEST_FULL', retryable: true });
  });

  it('tells the code without making an error', () => {
    expect(errors.FULL.code).toBe('TEST_FULL');
  });

  it('keeps the cause and the internal text apart from the public message', () => {
    const cause = new Error('socket closed');
    const error = errors.LANE_UNKNOWN.because({ cause, internal: 'row 7' }, 'x');
    expect(error.cause).toBe(cause);
    expect(error.internal).toBe('row 7');
    expect(error.message).not.toContain('row 7');
  });

  it('carries the places of the input that were refused', () => {
    const details = [{ pointer: '/name', detail: 'it is missing' }];
    expect(errors.LANE_UNKNOWN.because({ details }, 'x').details).toBe(details);
    expect(errors.LANE_UNKNOWN('x').details).toBeUndefined();
  });
});

describe('errorText', () => {
  it.each([
    [new Error('broken'), 'broken'],
    [new TypeError(''), 'TypeError'],
    ['text', 'text'],
    [undefined, 'undefined'],
    ['', 'an error without a message'],
    [Object.create(null), 'something was thrown that has no text'],
  ])('is never empty: %#', (thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });
});
