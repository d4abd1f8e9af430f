import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countWronglyAcknowledged } from './acknowledged.ts';

const row = (lane: string, position: number) => ({ lane, position: `${position}` });
const ack = (lane: string, first: number, last: number) => ({ lane, first: `${first}`, last: `${last}` });

test('an entry is right when one acknowledgement covers it, or when it was set aside', () => {
  const entries = [row('a', 1), row('a', 2), row('a', 9), row('b', 2)];
  expect(countWronglyAcknowledged({ entries, acks: [ack('a', 1, 9), ack('b', 2, 2)], aside: [] })).toBe(0);
  expect(countWronglyAcknowledged({ entries, acks: [ack('a', 1, 2), ack('b', 2, 2)], aside: [row('a', 9)] })).toBe(0);
  expect(countWronglyAcknowledged({ entries, acks: [ack('a', 1, 2), ack('b', 2, 2)], aside: [row('b', 9)] })).toBe(1);
  expect(countWronglyAcknowledged({ entries, acks: [ack('a', 1, 9), ack('a', 2, 3), ack('b', 2, 2)], aside: [] })).toBe(1);
  expect(countWronglyAcknowledged({ entries, acks: [], aside: [] })).toBe(4);
});

test('law: it counts what looking at every pair counts', () => {
  const position = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(fc.uniqueArray(position), fc.array(fc.tuple(position, fc.nat(4))), fc.uniqueArray(position), (positions, ranges, aside) => {
      const entries = positions.toSorted((one, other) => one - other).map((at) => row('a', at));
      const acks = ranges.map(([first, length]) => ack('a', first, first + length));
      const slow = positions.filter((at) => {
        const covering = ranges.filter(([first, length]) => at >= first && at <= first + length).length;
        return covering > 1 || (covering === 0 && !aside.includes(at));
      });
      expect(countWronglyAcknowledged({ entries, acks, aside: aside.map((at) => row('a', at)) })).toBe(slow.length);
    }),
  );
});
