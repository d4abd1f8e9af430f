import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

interface Item {
  readonly key: string;
  readonly weight: number;
  readonly name: string;
  group: string;
}

const queueOf = (quantum = 10, isOpen: (group: string) => boolean = () => true) =>
  createFairQueue<Item>({ keyOf: ({ key }) => key, groupOf: ({ group }) => group, isOpen, weightOf: ({ weight }) => weight, quantum });
const item = (key: string, name = key, weight = 1): Item => ({ key, name, weight, group: 'one' });

describe('a fair queue', () => {
  it('gives out everything once, and then nothing', () => {
    const queue = queueOf();
    const all = ['a', 'a', 'b', 'c'].map((key, index) => item(key, String(index)));
    for (const one of [...all, ...all]) queue.add(one);
    expect(queue.size).toBe(4);
    const given = all.map(() => queue.take(() => 'take', 10));
    expect(new Set(given)).toEqual(new Set(all));
    expect(queue.take(() => 'take', 10)).toBeUndefined();
    expect(queue.size).toBe(0);
  });

  it('forgets what is dropped, and what is deleted', () => {
    const queue = queueOf();
    const [kept, dropped, taken] = [item('a', 'kept'), item('b', 'dropped'), item('c', 'taken')];
    for (const one of [dropped, taken, kept]) queue.add(one);
    expect(queue.take((one) => (one === dropped ? 'drop' : 'take'), 1)).toBe(taken);
    expect([queue.has(kept), queue.has(dropped), queue.has(taken), queue.size]).toEqual([true, false, false, 1]);
    queue.delete(kept);
    queue.delete(kept);
    expect(queue.size).toBe(0);
    expect(queue.take(() => 'take', 1)).toBeUndefined();
  });

  it('passes over closed groups without looking at what waits there, and gives it out once they are open', () => {
    const closed = new Set(['full']);
    const queue = queueOf(10, (group) => !closed.has(group));
    const behind = Array.from({ length: 1_000 }, (_, index) => ({ ...item(`tenant ${index}`), group: 'full' }));
    for (const one of behind) queue.add(one);
    const asked: Item[] = [];
    const accept = (one: Item) => {
      asked.push(one);
      return 'take' as const;
    };
    expect(queue.take(accept, 10)).toBeUndefined();
    const open = item('last');
    queue.add(open);
    expect(queue.take(accept, 10)).toBe(open);
    expect(asked).toEqual([open]);
    closed.clear();
    expect(new Set(behind.map(() => queue.take(accept, 10)))).toEqual(new Set(behind));
  });

  it('takes an item that goes to another group along, also into one that is closed', () => {
    const queue = queueOf(10, (group) => group !== 'full');
    const moved = item('moved');
    queue.add(moved);
    moved.group = 'full';
    expect(queue.take(() => 'take', 10)).toBeUndefined();
    expect(queue.has(moved)).toBe(true);
    moved.group = 'elsewhere';
    queue.delete(moved);
    queue.add(moved);
    expect(queue.take(() => 'take', 10)).toBe(moved);
  });

  it('shares over all groups: who has items in several gets no more for that', () => {
    const queue = queueOf(10);
    const all = [item('wide', 'wide 1'), { ...item('wide', 'wide 2'), group: 'two' }, item('narrow')];
    const given = new Map<string, number>();
    for (let turn = 0; turn < 400; turn += 1) {
      for (const one of all) queue.add(one);
      const one = queue.take(() => 'take', 10);
      if (one === undefined) throw new Error('nothing was given out');
      queue.paid(one, { expected: 10, real: 10 });
      given.set(one.name, (given.get(one.name) ?? 0) + 1);
    }
    expect(Math.abs((given.get('narrow') ?? 0) - 200)).toBeLessThanOrEqual(2);
    expect(given.get('wide 2')).toBeGreaterThan(0);
  });

  it('is work-conserving: an item that may be taken is, however much its key has had', () => {
    const queue = queueOf(1);
    const greedy = item('greedy');
    for (let turn = 0; turn < 100; turn += 1) {
      queue.add(greedy);
      expect(queue.take(() => 'take', 100)).toBe(greedy);
      queue.paid(greedy, { expected: 100, real: 1_000 });
    }
  });

  it('lets nobody save up: who had nothing to do for long does not starve the others afterwards', () => {
    const queue = queueOf(10);
    const [busy, idle] = [item('busy'), item('idle')];
    for (let turn = 0; turn < 1_000; turn += 1) {
      queue.add(busy);
      queue.take(() => 'take', 10);
      queue.paid(busy, { expected: 10, real: 10 });
    }
    const given: string[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      queue.add(busy);
      queue.add(idle);
      const one = queue.take(() => 'take', 10);
      if (one === undefined) throw new Error('nothing was given out');
      given.push(one.key);
      queue.paid(one, { expected: 10, real: 10 });
    }
    expect(given.filter((key) => key === 'idle').length).toBeLessThanOrEqual(11);
    expect(given.filter((key) => key === 'busy').length).toBeGreaterThanOrEqual(9);
  });

  it('lets nobody go first for having been idle for a moment after each turn', () => {
    const queue = queueOf(10);
    const [brief, steady] = [item('brief'), item('steady')];
    const given: string[] = [];
    for (let turn = 0; turn < 100; turn += 1) {
      queue.add(brief);
      queue.add(steady);
      const one = queue.take(() => 'take', 10);
      if (one === undefined) throw new Error('nothing was given out');
      if (one === steady) queue.add(steady);
      queue.paid(one, { expected: 10, real: 10 });
      given.push(one.key);
    }
    expect(given.filter((key) => key === 'brief')).toHaveLength(50);
  });

  const tenant = fc.record({
    weight: fc.constantFrom(1, 2, 4),
    lanes: fc.integer({ min: 1, max: 20 }),
    cost: fc.integer({ min: 1, max: 100 }),
  });

  it('gives each key its share of the cost by weight, whatever its items cost and however many it has', () => {
    fc.assert(
      fc.property(fc.array(tenant, { minLength: 2, maxLength: 6 }), fc.boolean(), (tenants, guessed) => {
        const queue = queueOf(100);
        const lanes = tenants.flatMap(({ weight, lanes: count }, index) =>
          Array.from({ length: count }, (_, lane) => item(String(index), `${index}/${lane}`, weight)),
        );
        const spent = tenants.map(() => 0);
        for (const lane of lanes) queue.add(lane);
        for (let turn = 0; turn < 3_000; turn += 1) {
          const expected = guessed ? 100 : 1;
          const lane = queue.take(() => 'take', expected);
          if (lane === undefined) throw new Error('nothing was given out');
          const { cost = 0 } = tenants[Number(lane.key)] ?? {};
          spent[Number(lane.key)] = (spent[Number(lane.key)] ?? 0) + cost;
          queue.add(lane);
          queue.paid(lane, { expected, real: cost });
        }
        const shares = spent.map((cost, index) => cost / (tenants[index]?.weight ?? 1));
        const most = Math.max(...shares);
        // Whoever is behind is so by less than what one round and one item may cost.
        for (const share of shares) expect(most - share).toBeLessThanOrEqual(400);
      }),
      { numRuns: 50 },
    );
  });

  it('shares also when several are given out before the first is paid', () => {
    const queue = queueOf(100);
    const spent = new Map([
      ['one', 0],
      ['many', 0],
    ]);
    const lanes = [item('one'), ...Array.from({ length: 50 }, (_, index) => item('many', `many/${index}`))];
    for (const lane of lanes) queue.add(lane);
    for (let round = 0; round < 200; round += 1) {
      const out: Item[] = [];
      for (let slot = 0; slot < 8; slot += 1) {
        const lane = queue.take(() => 'take', 100);
        if (lane !== undefined) out.push(lane);
      }
      for (const lane of out) {
        queue.add(lane);
        queue.paid(lane, { expected: 100, real: 100 });
        spent.set(lane.key, (spent.get(lane.key) ?? 0) + 100);
      }
    }
    // One lane has one turn at a time: it gets each of the rounds, and what it cannot use goes to the other.
    expect(spent.get('one')).toBeGreaterThanOrEqual(200 * 100 - 800);
    expect((spent.get('one') ?? 0) + (spent.get('many') ?? 0)).toBe(200 * 800);
  });
});
