import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTurnOrder } from './turn-order.ts';

interface Item {
  rank: number;
  readonly name: number;
}

const isBefore = (one: Item, other: Item): boolean => (one.rank === other.rank ? one.name < other.name : one.rank < other.rank);

const step = fc.oneof(
  fc.record({ kind: fc.constant('place' as const), name: fc.nat(12), rank: fc.integer({ min: -5, max: 5 }) }),
  fc.record({ kind: fc.constant('remove' as const), name: fc.nat(12) }),
);

describe('an order of turns', () => {
  it('has nothing first while nothing is in it', () => {
    const order = createTurnOrder(isBefore);
    expect(order.first()).toBeUndefined();
    order.remove({ rank: 1, name: 1 });
    expect(order.first()).toBeUndefined();
  });

  it('has the item of the lowest rank first, whatever was put in, ranked anew and taken out before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const order = createTurnOrder(isBefore);
        const items = Array.from({ length: 13 }, (_, name) => ({ rank: 0, name }));
        const inside = new Set<Item>();
        for (const one of steps) {
          const item = items[one.name] as Item;
          if (one.kind === 'place') {
            item.rank = one.rank;
            order.place(item);
            inside.add(item);
          } else {
            order.remove(item);
            inside.delete(item);
          }
          expect(order.first()).toBe([...inside].sort((a, b) => a.rank - b.rank || a.name - b.name)[0]);
        }
        const left = [...inside].sort((a, b) => a.rank - b.rank || a.name - b.name);
        for (const item of left) {
          expect(order.first()).toBe(item);
          order.remove(item);
        }
        expect(order.first()).toBeUndefined();
      }),
    );
  });
});
