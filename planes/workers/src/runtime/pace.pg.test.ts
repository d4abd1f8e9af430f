import type { TenantDb } from '@etis/postgres';
import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workersDomain } from '../domain.ts';
import { Defer } from './job-kind.ts';
import { createPace } from './pace.ts';

let database: TestDatabase;
let db: TenantDb;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [workersDomain] });
  db = database.db('workers');
});
beforeEach(() => database.admin('workers')('truncate pace'));
afterAll(() => database.drop());

function paceOf(tenant = 'acme', signal = new AbortController().signal) {
  return createPace({ db, context: { ...testContext(), tenant }, signal });
}

/** How long a call took, in milliseconds. */
async function timed(act: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** What a call was given back with; null where it got its turn. */
async function deferred(act: Promise<void>): Promise<number | null> {
  try {
    await act;
    return null;
  } catch (error) {
    if (error instanceof Defer) return error.ms;
    throw error;
  }
}

describe('a pace', () => {
  it('lets the first through at once and makes the next ones wait for their turn', async () => {
    const pace = paceOf();
    await pace([{ key: 'number/1', everyMs: 120 }]);
    const took = await timed(async () => {
      for (let n = 0; n < 3; n += 1) await pace([{ key: 'number/1', everyMs: 120 }]);
    });
    expect(took).toBeGreaterThan(3 * 120 - 60);
  });

  it('is one over all workers: turns are never closer than the pace', async () => {
    const everyMs = 30;
    const workers = Array.from({ length: 5 }, () => paceOf());
    const turns: number[] = [];
    const start = performance.now();
    await Promise.all(
      workers.map(async (pace) => {
        for (let n = 0; n < 4; n += 1) {
          await pace([{ key: 'number/1', everyMs }]);
          turns.push(performance.now());
        }
      }),
    );
    // Twenty turns take nineteen waits, whoever takes them.
    expect((turns.at(-1) ?? 0) - start).toBeGreaterThanOrEqual(19 * everyMs - 5);
    const [row] = await database.admin('workers')('select extract(epoch from next_at)::float8 * 1000 as next_at from pace');
    expect(Number(row?.next_at)).toBeGreaterThan(0);
  });

  it("of one tenant holds up nobody else's, nor that of another key", async () => {
    await paceOf('acme')([{ key: 'number/1', everyMs: 60_000 }]);
    expect(await deferred(paceOf('acme')([{ key: 'number/1', everyMs: 60_000 }]))).toBeGreaterThan(50_000);
    expect(await deferred(paceOf('birch')([{ key: 'number/1', everyMs: 60_000 }]))).toBeNull();
    expect(await deferred(paceOf('acme')([{ key: 'number/2', everyMs: 60_000 }]))).toBeNull();
  });

  it('gives back what would wait for long, and takes no turn of any key for it', async () => {
    const pace = paceOf();
    await pace([{ key: 'slow', everyMs: 6_000 }]);
    const wait = await deferred(
      pace([
        { key: 'quick', everyMs: 5_000 },
        { key: 'slow', everyMs: 6_000 },
      ]),
    );
    expect(wait).toBeGreaterThan(5_000);
    expect(wait).toBeLessThanOrEqual(6_000);
    expect(await deferred(pace([{ key: 'quick', everyMs: 5_000 }]))).toBeNull();
  });

  it('of several keys waits for the latest, and moves them all on from there', async () => {
    const pace = paceOf();
    await pace([{ key: 'b', everyMs: 200 }]);
    const keys = [
      { key: 'a', everyMs: 3_000 },
      { key: 'b', everyMs: 10 },
    ];
    expect(await timed(() => pace(keys))).toBeGreaterThan(100);
    expect(await deferred(pace([{ key: 'a', everyMs: 1 }]))).toBeGreaterThan(2_500);
  });

  it('never lets keys that are named in any order block each other', async () => {
    const names = ['a', 'b', 'c', 'd'];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.shuffledSubarray(names, { minLength: 2 }), { minLength: 4, maxLength: 8 }), async (orders) => {
        await Promise.all(orders.map((order) => paceOf()(order.map((key) => ({ key, everyMs: 0.1 })))));
      }),
      { numRuns: 10 },
    );
  });

  it('ends its wait when the job is told to end', async () => {
    const controller = new AbortController();
    const pace = paceOf('acme', controller.signal);
    await pace([{ key: 'number/1', everyMs: 1_900 }]);
    const waiting = pace([{ key: 'number/1', everyMs: 1_900 }]);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow();
    await expect(pace([{ key: 'number/1', everyMs: 1 }])).rejects.toThrow('stop');
  });

  it('of no key is no wait', async () => {
    await paceOf()([]);
    expect(await database.admin('workers')('select from pace')).toEqual([]);
  });

  it.each([
    ['an empty key', [{ key: '', everyMs: 1 }]],
    ['a key that is too long', [{ key: 'x'.repeat(201), everyMs: 1 }]],
    ['a key that cannot be kept', [{ key: 'a\0', everyMs: 1 }]],
    ['no number', [{ key: 'a', everyMs: Number.NaN }]],
    ['a pace that goes back', [{ key: 'a', everyMs: -1 }]],
    ['too many keys', Array.from({ length: 17 }, (_, n) => ({ key: `${n}`, everyMs: 1 }))],
  ])('refuses %s', async (_, keys) => {
    await expect(paceOf()(keys)).rejects.toBeInstanceOf(TypeError);
  });

  it('takes the slower of two for the same key', async () => {
    const pace = paceOf();
    await pace([
      { key: 'a', everyMs: 1 },
      { key: 'a', everyMs: 9_000 },
    ]);
    expect(await deferred(pace([{ key: 'a', everyMs: 1 }]))).toBeGreaterThan(8_000);
  });
});
