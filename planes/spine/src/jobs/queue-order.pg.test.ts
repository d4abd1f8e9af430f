import type { Jobs } from '@etis/contracts/jobs';
import type { SystemDb } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spineDomain } from '../index.ts';
import type { JobStore } from './jobs.ts';
import { countBy, jobRequest, jobRequests, jobStore } from './jobs-under-test.ts';

let database: TestDatabase;
let db: SystemDb;
let store: JobStore;
let jobs: Jobs;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
  db = database.db('spine');
});
beforeEach(async () => {
  await database.admin('spine')('truncate job');
  store = jobStore(db);
  jobs = store.jobs;
});
afterAll(() => database.drop());

const lease = (limit: number, kinds: readonly string[] = ['email']) => jobs.lease({ kinds, limit, leaseMs: 60_000 });

/** Puts many jobs there at once. */
async function fill(
  count: number,
  columns: { tenant?: string; kind?: string; priority?: number; due?: string; waiting?: boolean } = {},
): Promise<void> {
  const { tenant = 'acme', kind = 'email', priority = 0, due = 'clock_timestamp()', waiting = false } = columns;
  await database.admin('spine')(
    `insert into job (id, kind, tenant_id, payload, flow_id, traceparent, max_attempts, priority, due_at, waiting)
     select gen_random_uuid(), $1, $2, '{}', gen_random_uuid(), '', 3, $3, ${due}, $4 from generate_series(1, $5)`,
    [kind, tenant, priority, waiting, count],
  );
}

describe('within a tenant and kind', () => {
  it('the most urgent is leased first, then what has been due the longest', async () => {
    const asked = [0, 5, -100, 5, 100].map((priority) => jobRequest({ priority }));
    for (const one of asked) await jobs.enqueue([one]);
    const leased: string[] = [];
    for (let n = 0; n < 5; n += 1) leased.push(...(await lease(1)).map(({ id }) => id));
    expect(leased).toEqual([4, 1, 3, 0, 2].map((index) => asked[index]?.id));
  });

  it('the order is that of priority and time, whatever was asked for in which order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        async (priorities, size) => {
          await database.admin('spine')('truncate job');
          const asked = priorities.map((priority) => jobRequest({ priority }));
          await jobs.enqueue(asked);
          const leased: string[] = [];
          for (let batch = await lease(size); batch.length > 0; batch = await lease(size)) leased.push(...batch.map(({ id }) => id));
          const expected = asked.toSorted((one, other) => (other.priority ?? 0) - (one.priority ?? 0) || (one.id < other.id ? -1 : 1));
          expect(leased).toEqual(expected.map(({ id }) => id));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('a job is not leased before its time to run, and is leased then', async () => {
    const soon = jobRequest({ runAt: new Date(Date.now() + 150).toISOString() });
    const never = jobRequest({ runAt: '2999-01-01T00:00:00+01:00', priority: 100 });
    const past = jobRequest({ runAt: '1999-01-01T00:00:00Z' });
    await jobs.enqueue([never, soon, past]);
    expect((await lease(10)).map(({ id }) => id)).toEqual([past.id]);
    const leased = await eventually(async () => (await lease(10))[0]);
    expect(leased.id).toBe(soon.id);
    const [row] = await db.statement<{ early: boolean }>('select leased_at < $2::timestamptz as early from job where id = $1', [
      soon.id,
      soon.runAt,
    ]);
    expect(row?.early).toBe(false);
    expect(await lease(10)).toEqual([]);
  });
});

describe('between tenants', () => {
  it('ten jobs of one do not wait behind ten thousand of another', async () => {
    await fill(10_000, { tenant: 'acme', priority: 50 });
    await jobs.enqueue(jobRequests(10, { tenant: 'birch' }));
    const order: string[] = [];
    for (let n = 0; n < 20; n += 1) order.push(...(await lease(1)).map(({ tenant }) => tenant));
    expect(countBy(order)).toEqual({ acme: 10, birch: 10 });
    expect(countBy((await lease(100)).map(({ tenant }) => tenant))).toEqual({ acme: 100 });
  });

  it('a batch is shared equally, and what one leaves goes to the others', async () => {
    await fill(100, { tenant: 'acme' });
    await fill(2, { tenant: 'birch' });
    await fill(30, { tenant: 'cedar' });
    expect(countBy((await lease(30)).map(({ tenant }) => tenant))).toEqual({ acme: 14, birch: 2, cedar: 14 });
  });

  it('nobody waits for more than one round, however many there are and whatever they have', async () => {
    const backlog = fc.dictionary(fc.stringMatching(/^[a-f]$/), fc.integer({ min: 1, max: 12 }), { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(backlog, fc.integer({ min: 1, max: 5 }), async (tenants, size) => {
        await database.admin('spine')('truncate job');
        for (const [tenant, count] of Object.entries(tenants)) await jobs.enqueue(jobRequests(count, { tenant }));
        const left = new Map(Object.entries(tenants));
        const waited = new Map<string, number>();
        for (let batch = await lease(size); batch.length > 0; batch = await lease(size)) {
          const served = new Set(batch.map(({ tenant }) => tenant));
          for (const { tenant } of batch) left.set(tenant, (left.get(tenant) ?? 0) - 1);
          for (const [tenant, count] of left) {
            waited.set(tenant, served.has(tenant) || count === 0 ? 0 : (waited.get(tenant) ?? 0) + 1);
            expect(waited.get(tenant)).toBeLessThanOrEqual(Math.ceil(Object.keys(tenants).length / size) + 1);
          }
        }
        expect([...left.values()].every((count) => count === 0)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});

describe('between kinds', () => {
  it('one with many does not keep another waiting', async () => {
    await fill(200, { kind: 'email' });
    await fill(3, { kind: 'document' });
    const order: string[] = [];
    for (let n = 0; n < 6; n += 1) order.push(...(await lease(1, ['email', 'document'])).map(({ kind }) => kind));
    expect(countBy(order)).toEqual({ email: 3, document: 3 });
  });
});

describe('with a hundred thousand jobs waiting', () => {
  /** The median time of a lease of ten, in milliseconds. */
  async function leaseTime(): Promise<number> {
    const times: number[] = [];
    for (let n = 0; n < 11; n += 1) {
      const start = performance.now();
      const leased = await lease(10);
      times.push(performance.now() - start);
      expect(leased).toHaveLength(10);
    }
    return times.toSorted((one, other) => one - other)[5] ?? Number.NaN;
  }

  // Reading all of them takes hundreds of milliseconds, the index some.
  it('a lease does not look at them, whether they are due, in the future, or of another kind', async () => {
    await fill(40_000, { tenant: 'acme' });
    await fill(40_000, { tenant: 'birch', priority: 100, due: "clock_timestamp() + interval '1 day'", waiting: true });
    await fill(20_000, { tenant: 'cedar', kind: 'document' });
    expect(await leaseTime()).toBeLessThan(50);
    await database.admin('spine')('analyze job');
    expect(await leaseTime()).toBeLessThan(50);
  });

  it('taking one changes no index: it is an update in place', async () => {
    await jobs.enqueue(jobRequests(200));
    for (let n = 0; n < 20; n += 1) await lease(10);
    const [row] = await eventually(async () => {
      const rows = await database.admin('spine')(
        'select pg_stat_clear_snapshot(), n_tup_upd::int as updates, n_tup_hot_upd::int as in_place from pg_stat_user_tables where relid = $1::regclass',
        ['job'],
      );
      return Number(rows[0]?.updates) >= 200 ? rows : undefined;
    });
    expect(Number(row?.in_place) / Number(row?.updates)).toBeGreaterThan(0.9);
  });
});
