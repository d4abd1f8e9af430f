import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossing } from './crossing.ts';

const figure = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
const threshold = fc.tuple(fc.constantFrom('above' as const, 'below' as const), figure, figure).map(([direction, a, b]) => {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  return direction === 'above' ? { direction, raiseAt: high, clearAt: low } : { direction, raiseAt: low, clearAt: high };
});

describe('a threshold', () => {
  it('never raises and resolves at the same figure, so that a figure that stands still says nothing twice', () => {
    fc.assert(
      fc.property(threshold, figure, fc.boolean(), (of, value, isOpen) => {
        const first = crossing(of, { value, isOpen });
        const then = first === 'raise' ? true : first === 'resolve' ? false : isOpen;
        expect(crossing(of, { value, isOpen: then })).toBeNull();
      }),
    );
  });

  it('changes nothing in between', () => {
    fc.assert(
      fc.property(threshold, fc.double({ noNaN: true, min: 0.01, max: 0.99 }), fc.boolean(), (of, part, isOpen) => {
        const value = of.clearAt + (of.raiseAt - of.clearAt) * part;
        fc.pre(value !== of.clearAt && value !== of.raiseAt);
        expect(crossing(of, { value, isOpen })).toBeNull();
      }),
    );
  });

  it.each([
    ['above', 10, 8, 10, false, 'raise'],
    ['above', 10, 8, 9.9, false, null],
    ['above', 10, 8, 8, true, 'resolve'],
    ['above', 10, 10, 10, true, null],
    ['above', 10, 10, 9, true, 'resolve'],
    ['below', 5, 7, 5, false, 'raise'],
    ['below', 5, 7, 6, false, null],
    ['below', 5, 7, 6, true, null],
    ['below', 5, 7, 7, true, 'resolve'],
  ] as const)('%s %d, cleared at %d: %d while open is %s gives %s', (direction, raiseAt, clearAt, value, isOpen, outcome) => {
    expect(crossing({ direction, raiseAt, clearAt }, { value, isOpen })).toBe(outcome);
  });
});
