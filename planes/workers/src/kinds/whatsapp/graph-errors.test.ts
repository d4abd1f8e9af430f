import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphErrorAdvice, graphErrorClass, waitMs } from './graph-errors.ts';

describe('an error code of the Graph API', () => {
  it.each([
    ['retry', [1, 2, 131000, 131016, 131057]],
    ['throttled', [4, 80007, 130429, 133016]],
    ['recipient', [131056]],
    ['paused', [131048, 131064]],
    ['final', [131026, 131047, 131049, 131050, 131021, 131030, 131062, 131063, 131051, 131052, 131053, 130472]],
    ['template', [132000, 132001, 132005, 132007, 132012, 132015, 132016, 132068, 132069]],
    ['account', [131031, 368, 130497, 131042, 131045, 131037]],
    ['access', [0, 190, 3, 10, 131005, 200, 250, 299]],
    ['request', [131008, 131009, 100, 33]],
  ] as const)('is %s', (kind, codes) => {
    for (const code of codes) {
      expect(graphErrorClass(code, 400), String(code)).toBe(kind);
      // The code decides, whatever status it comes with.
      expect(graphErrorClass(code, 500), String(code)).toBe(kind);
    }
  });

  it.each([
    [429, 'throttled'],
    [500, 'retry'],
    [503, 'retry'],
    [401, 'access'],
    [403, 'access'],
    [400, 'request'],
    [404, 'request'],
  ] as const)('that nobody knows is judged by the status %i', (status, kind) => {
    expect(graphErrorClass(999_999, status)).toBe(kind);
    expect(graphErrorClass(null, status)).toBe(kind);
  });

  it('always says whether there is another attempt, and what to do', () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: -10, max: 200_000 })), fc.integer({ min: 100, max: 599 }), (code, status) => {
        const kind = graphErrorClass(code, status);
        expect(waitMs[kind] === null || waitMs[kind] >= 0).toBe(true);
        expect(graphErrorAdvice(code, kind)).not.toBe('');
      }),
    );
  });
});
