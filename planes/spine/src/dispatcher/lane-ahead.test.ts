import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '../record/event-row.ts';
import { createLaneAhead } from './lane-ahead.ts';

const row = (data = '{}') => ({ data }) as EventRow;
const entry = (position: number, data = '{}') => ({ position: BigInt(position), row: row(data) });
const roomy = () => createLaneAhead({ batchBytes: 1_000, maxBytes: 100_000 });
const positions = (entries: readonly { position: bigint }[]) => entries.map(({ position }) => Number(position));

describe('entries that are known ahead', () => {
  it('are given out after the position of the lane, as often as that is asked for', () => {
    const ahead = roomy();
    ahead.add({ laneId: '1', after: 10n, entries: [entry(11), entry(14)] });
    ahead.add({ laneId: '1', after: 14n, entries: [entry(15)] });
    expect(ahead.count('1', 10n, 9)).toBe(3);
    expect(positions(ahead.take('1', 10n, 2))).toEqual([11, 14]);
    expect(positions(ahead.take('1', 10n, 2))).toEqual([11, 14]);
    expect(positions(ahead.take('1', 14n, 9))).toEqual([15]);
    expect(ahead.count('1', 15n, 9)).toBe(0);
  });

  it('are none where the lane is further back, or is another one', () => {
    const ahead = roomy();
    ahead.add({ laneId: '1', after: 10n, entries: [entry(11)] });
    expect(ahead.count('1', 9n, 9)).toBe(0);
    expect(ahead.count('2', 10n, 9)).toBe(0);
    expect(ahead.take('1', 9n, 9)).toEqual([]);
    ahead.forget('1');
    expect(ahead.count('1', 10n, 9)).toBe(0);
  });

  it('begin anew after a gap, since what lies in it is not here', () => {
    const ahead = roomy();
    ahead.add({ laneId: '1', after: 10n, entries: [entry(11)] });
    ahead.add({ laneId: '1', after: 12n, entries: [entry(13)] });
    expect(ahead.count('1', 10n, 9)).toBe(0);
    expect(positions(ahead.take('1', 12n, 9))).toEqual([13]);
  });

  it('are bounded in bytes, each batch and over all lanes', () => {
    const ahead = createLaneAhead({ batchBytes: 100, maxBytes: 1_000 });
    const big = JSON.stringify('x'.repeat(78));
    ahead.add({ laneId: '1', after: 0n, entries: Array.from({ length: 10 }, (_, index) => entry(index + 1, big)) });
    expect(ahead.count('1', 0n, 10)).toBe(2);
    ahead.add({ laneId: '2', after: 0n, entries: Array.from({ length: 10 }, (_, index) => entry(index + 1, big)) });
    expect(ahead.count('2', 0n, 10)).toBe(0);
    // What was delivered makes room.
    expect(ahead.count('1', 10n, 10)).toBe(0);
    ahead.add({ laneId: '2', after: 0n, entries: [entry(1, big)] });
    expect(ahead.count('2', 0n, 10)).toBe(1);
  });

  it('never are out of order, twice or with a hole, whatever is added and asked for', () => {
    const step = fc.record({ gap: fc.boolean(), count: fc.integer({ min: 1, max: 5 }), asks: fc.integer({ min: 0, max: 6 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const ahead = createLaneAhead({ batchBytes: 20, maxBytes: 60 });
        const all: bigint[] = [];
        let head = 0n;
        let at = 0n;
        for (const { gap, count, asks } of steps) {
          // In a gap another process wrote the entry.
          if (gap) {
            head += 1n;
            all.push(head);
          }
          const entries = Array.from({ length: count }, (_, index) => ({ position: head + 1n + BigInt(index), row: row() }));
          ahead.add({ laneId: '1', after: head, entries });
          head += BigInt(count);
          all.push(...entries.map(({ position }) => position));
          const known = ahead.take('1', at, ahead.count('1', at, asks));
          const expected = all.filter((position) => position > at).slice(0, known.length);
          expect(known.map(({ position }) => position)).toEqual(expected);
          at = known.at(-1)?.position ?? (asks === 0 ? head : at);
        }
      }),
    );
  });
});
