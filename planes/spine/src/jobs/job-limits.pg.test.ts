import { setTimeout as delay } from 'node:timers/promises';
import type { JobLimits, Jobs } from '@etis/contracts/jobs';
import type { SystemDb } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spineDomain } from '../index.ts';
import { countBy, jobRequests, jobStore } from './jobs-under-test.ts';

let database: TestDatabase;
let db: SystemDb;
let jobs: Jobs;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
  db = database.db('spine');
});
beforeEach(async () => {
  await database.admin('spine')('truncate job, job_grant');
  jobs = jobStore(db).jobs;
});
afterAll(() => database.drop());

const lease = (limits: JobLimits, { limit = 100, leaseMs = 60_000 } = {}) =>
  jobs.lease({ kinds: ['email'], limit, leaseMs, limits: { email: limits } });
const byTenant = (leased: readonly { tenant: string }[]) => countBy(leased.map(({ tenant }) => tenant));

async function fill(counts: Readonly<Record<string, number>>): Promise<void> {
  for (const [tenant, count] of Object.entries(counts)) await jobs.enqueue(jobRequests(count, { tenant }));
}

describe('a limit of what runs at a time', () => {
  it('holds for each tenant, and ends, failures and lost leases make room', async () => {
    await fill({ acme: 20, birch: 1 });
    const limits = { perTenant: { concurrent: 3 } };
    const first = await lease(limits);
    expect(byTenant(first)).toEqual({ acme: 3, birch: 1 });
    expect(await lease(limits)).toEqual([]);
    const [done, failed, deferred] = first.filter(({ tenant }) => tenant === 'acme');
    await jobs.complete(done?.claim ?? '', null);
    expect(await lease(limits)).toHaveLength(1);
    await jobs.fail(failed?.claim ?? '', { error: 'no', class: 'terminal' });
    await jobs.defer(deferred?.claim ?? '', 60_000);
    const short = await lease(limits, { leaseMs: 1 });
    expect(byTenant(short)).toEqual({ acme: 2 });
    expect(
      byTenant(
        await eventually(async () => {
          const taken = await lease(limits);
          return taken.length > 0 ? taken : undefined;
        }),
      ),
    ).toEqual({ acme: 2 });
    expect(await lease(limits)).toEqual([]);
  });

  it('holds in all, and is shared between tenants', async () => {
    await fill({ acme: 20, birch: 20 });
    const limits = { inAll: { concurrent: 4 } };
    expect(byTenant(await lease(limits))).toEqual({ acme: 2, birch: 2 });
    expect(await lease(limits)).toEqual([]);
  });

  it('of one tenant does not keep the others from their turn', async () => {
    await fill({ acme: 50, birch: 5 });
    const limits = { perTenant: { concurrent: 1 } };
    expect(byTenant(await lease(limits, { limit: 1 }))).toEqual({ acme: 1 });
    expect(byTenant(await lease(limits, { limit: 1 }))).toEqual({ birch: 1 });
  });

  it('of one kind costs another nothing', async () => {
    await jobs.enqueue([...jobRequests(5, { kind: 'email' }), ...jobRequests(5, { kind: 'document' })]);
    const leased = await jobs.lease({
      kinds: ['email', 'document'],
      limit: 100,
      leaseMs: 60_000,
      limits: { email: { inAll: { concurrent: 1 } } },
    });
    expect(leased.filter(({ kind }) => kind === 'email')).toHaveLength(1);
    expect(leased.filter(({ kind }) => kind === 'document')).toHaveLength(5);
    expect(await database.admin('spine')('select distinct kind from job_grant')).toEqual([{ kind: 'email' }]);
  });

  it('of zero lets nothing run', async () => {
    await fill({ acme: 3 });
    expect(await lease({ inAll: { concurrent: 0 } })).toEqual([]);
    expect(await lease({ perTenant: { concurrent: 0 } })).toEqual([]);
  });

  it('holds over many workers that lease, end and vanish at the same time', async () => {
    await fill({ acme: 60, birch: 60 });
    const limits = { perTenant: { concurrent: 3 }, inAll: { concurrent: 5 } };
    const held = new Map<string, number>();
    let most = 0;
    let ended = 0;

    async function work(): Promise<void> {
      const own = jobStore(db).jobs;
      while (ended < 120) {
        const leased = await own.lease({ kinds: ['email'], limit: 4, leaseMs: 60_000, limits: { email: limits } });
        for (const { tenant } of leased) held.set(tenant, (held.get(tenant) ?? 0) + 1);
        for (const count of held.values()) expect(count).toBeLessThanOrEqual(3);
        const all = [...held.values()].reduce((sum, count) => sum + count, 0);
        expect(all).toBeLessThanOrEqual(5);
        most = Math.max(most, all);
        await delay(1);
        for (const job of leased) {
          held.set(job.tenant, (held.get(job.tenant) ?? 0) - 1);
          await own.complete(job.claim, null);
          ended += 1;
        }
      }
    }

    await Promise.all(Array.from({ length: 6 }, work));
    expect(ended).toBe(120);
    expect(most).toBe(5);
  });
});

describe('a rate', () => {
  /** The most leases that any window of `perMs` holds. */
  async function most(perMs: number, tenant?: string): Promise<number> {
    const rows = await db.statement<{ at: number }>(
      'select extract(epoch from leased_at)::float8 * 1000 as at from job where leased_at is not null and ($1::text is null or tenant_id = $1) order by 1',
      [tenant ?? null],
    );
    return Math.max(...rows.map(({ at }, index) => rows.slice(index).filter((other) => other.at < at + perMs).length));
  }

  it('holds for each tenant within any such time, over several workers', async () => {
    await fill({ acme: 24, birch: 8 });
    const perMs = 200;
    const limits = { perTenant: { rate: { count: 8, perMs } } };
    let ended = 0;
    async function work(): Promise<void> {
      const own = jobStore(db).jobs;
      while (ended < 32) {
        for (const job of await own.lease({ kinds: ['email'], limit: 5, leaseMs: 60_000, limits: { email: limits } })) {
          await own.complete(job.claim, null);
          ended += 1;
        }
      }
    }
    const start = performance.now();
    await Promise.all([work(), work(), work()]);
    // Three windows for acme's 24; birch has its own.
    expect(performance.now() - start).toBeGreaterThan(2 * perMs);
    expect(await most(perMs, 'acme')).toBe(8);
    expect(await most(perMs, 'birch')).toBe(8);
  });

  it('holds in all, whosever turn it is, and what it counted is forgotten after its time', async () => {
    await fill({ acme: 6, birch: 6 });
    const limits = { inAll: { rate: { count: 4, perMs: 150 } } };
    const first = await lease(limits);
    expect(byTenant(first)).toEqual({ acme: 2, birch: 2 });
    for (const job of first) await jobs.complete(job.claim, null);
    expect(await lease(limits)).toEqual([]);
    expect(await eventually(async () => (await lease(limits)).length)).toBe(4);
    const [row] = await database.admin('spine')('select count(*)::int as grants from job_grant');
    expect(row?.grants).toBe(4);
    expect(await most(150)).toBe(4);
  });
});
