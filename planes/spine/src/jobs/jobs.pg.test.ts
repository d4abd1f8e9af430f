import type { JobRequest, Jobs, LeasedJob } from '@etis/contracts/jobs';
import { silentLog, uuidv7 } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSpine, type Spine, spineDomain } from '../index.ts';
import { adapters, fakeCluster, fakeGovernance } from '../spine-fixture.ts';

let database: TestDatabase;
let spine: Spine;
let jobs: Jobs;

function newSpine(): Spine {
  return createSpine({
    db: database.db('spine'),
    governance: fakeGovernance(),
    adapters,
    transport: fakeCluster(),
    log: silentLog,
    settings: { jobs: { backoff: { base: 5, cap: 20 }, maxAttempts: 3, pollMs: 20 } },
  });
}

beforeAll(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
});
beforeEach(async () => {
  await database.admin('spine')('truncate job');
  spine = newSpine();
  jobs = spine.jobs;
});
afterAll(() => database.drop());

function request(overrides: Partial<JobRequest> = {}): JobRequest {
  return {
    id: uuidv7(),
    kind: 'email',
    tenant: 'acme',
    cause: uuidv7(),
    flow: uuidv7(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    payload: { to: 'a@b.example', odd: '\0 \ud800' },
    ...overrides,
  };
}

const one = { kinds: ['email'], limit: 1, leaseMs: 60_000 };

async function leaseOne(leaseMs = 60_000): Promise<LeasedJob> {
  return await eventually(async () => (await jobs.lease({ ...one, leaseMs }))[0]);
}

describe('a job', () => {
  it('comes to a worker as it was asked for', async () => {
    const asked = request();
    await jobs.enqueue([asked]);
    const leased = await leaseOne();
    expect(leased).toEqual({ ...asked, claim: leased.claim, attempt: 1, maxAttempts: 3 });
    expect(await jobs.lease(one)).toEqual([]);
  });

  it('is there once, however often it is enqueued', async () => {
    const asked = request();
    await Promise.all(Array.from({ length: 5 }, () => jobs.enqueue([asked, request(), asked])));
    await jobs.enqueue([{ ...asked, payload: 'changed' }]);
    const leased = await jobs.lease({ ...one, limit: 100 });
    expect(leased).toHaveLength(6);
    expect(leased.find((job) => job.id === asked.id)?.payload).toEqual(asked.payload);
  });

  it('goes only to who knows its kind, and to nobody who asks for none', async () => {
    await jobs.enqueue([request({ kind: 'document' })]);
    expect(await jobs.lease(one)).toEqual([]);
    expect(await jobs.lease({ ...one, kinds: [] })).toEqual([]);
    expect(await jobs.lease({ ...one, kinds: ['document'], limit: 0 })).toEqual([]);
    expect(await jobs.lease({ ...one, kinds: ['email', 'document'] })).toHaveLength(1);
  });

  it.each([
    ['an id that is none', { id: 'x' }],
    ['a cause that is none', { cause: '' }],
    ['a kind with a line break', { kind: 'a\nb' }],
    ['a tenant with a NUL', { tenant: 'a\0' }],
    ['a payload that is a circle', { payload: circle() }],
    ['a payload that is too long', { payload: 'x'.repeat(2 << 20) }],
  ])('is refused with %s, and the others with it', async (_, overrides) => {
    await expect(jobs.enqueue([request(), request(overrides)])).rejects.toMatchObject({ code: 'SPINE_JOB_MALFORMED', retryable: false });
    expect(await jobs.lease({ ...one, limit: 10 })).toEqual([]);
  });

  it('is completed once, and saying so again changes nothing', async () => {
    await jobs.enqueue([request()]);
    const { claim, flow } = await leaseOne();
    expect(await jobs.complete(claim, { sent: 1 })).toBe(true);
    expect(await jobs.complete(claim, { sent: 2 })).toBe(true);
    expect(await jobs.fail(claim, { error: 'late', class: 'terminal' })).toBe(false);
    expect(await jobs.heartbeat([claim], 1_000)).toEqual([]);
    const steps = (await spine.queries.flow((await jobFlow(flow)) ?? ''))?.steps ?? [];
    expect(steps.filter((step) => step.step === 'job-done')).toMatchObject([{ result: { sent: 1 } }]);
  });

  it('keeps a note where the result is too long to keep', async () => {
    await jobs.enqueue([request()]);
    const { claim, id } = await leaseOne();
    expect(await jobs.complete(claim, 'x'.repeat(1 << 20))).toBe(true);
    const [row] = await database.db('spine').statement<{ result: string }>('select result from job where id = $1', [id]);
    expect(JSON.parse(row?.result ?? '')).toEqual({ omitted: expect.stringContaining('characters') });
  });

  it('comes back after a failure, later each time, until its attempts are used up', async () => {
    await jobs.enqueue([request()]);
    for (const attempt of [1, 2, 3]) {
      const leased = await leaseOne();
      expect(leased.attempt).toBe(attempt);
      expect(await jobs.fail(leased.claim, { error: `no ${attempt} \0`, class: 'retry' })).toBe(true);
      expect(await jobs.fail(leased.claim, { error: 'again', class: 'retry' })).toBe(true);
    }
    const dead = await spine.queries.deadLetters({ limit: 10 });
    expect(dead.items).toMatchObject([{ kind: 'job', tenant: 'acme', where: 'email', attempts: 3, error: 'no 3 \uFFFD' }]);
    expect(await jobs.lease(one)).toEqual([]);
  });

  it('is a dead letter at once after a terminal failure', async () => {
    await jobs.enqueue([request()]);
    const { claim } = await leaseOne();
    expect(await jobs.fail(claim, { error: 'never', class: 'terminal' })).toBe(true);
    expect(await jobs.complete(claim, null)).toBe(false);
    expect((await spine.queries.deadLetters({ limit: 10 })).items).toMatchObject([{ attempts: 1, error: 'never' }]);
  });

  it('goes to another worker when its lease runs out, and the first one can do nothing to it any more', async () => {
    await jobs.enqueue([request()]);
    const lost = await leaseOne(1);
    const taken = await leaseOne();
    expect(taken).toMatchObject({ id: lost.id, attempt: 2 });
    expect(await jobs.heartbeat([lost.claim, taken.claim, 'nonsense'], 60_000)).toEqual([taken.claim]);
    expect(await jobs.complete(lost.claim, 'lost')).toBe(false);
    expect(await jobs.fail(lost.claim, { error: 'lost', class: 'terminal' })).toBe(false);
    expect(await jobs.complete(taken.claim, 'taken')).toBe(true);
  });

  it('stays with who renews its lease', async () => {
    await jobs.enqueue([request()]);
    const held = await leaseOne(1);
    expect(await jobs.heartbeat([held.claim], 60_000)).toEqual([held.claim]);
    expect(await jobs.lease(one)).toEqual([]);
    expect(await jobs.complete(held.claim, null)).toBe(true);
  });

  it('that kills every worker becomes a dead letter when the last lease runs out', async () => {
    await jobs.enqueue([request()]);
    for (const attempt of [1, 2, 3]) expect((await leaseOne(1)).attempt).toBe(attempt);
    await eventually(async () => {
      expect(await jobs.lease(one)).toEqual([]);
      return (await spine.queries.deadLetters({ limit: 1 })).items.length === 1;
    });
    expect((await spine.queries.deadLetters({ limit: 1 })).items).toMatchObject([
      { attempts: 3, error: expect.stringContaining('worker') },
    ]);
  });

  it.each(['', 'nonsense', '00000000-0000-7000-8000-000000000000'])('is not found by the claim %j', async (claim) => {
    expect(await jobs.complete(claim, null)).toBe(false);
    expect(await jobs.fail(claim, { error: '', class: 'retry' })).toBe(false);
  });

  it('is held by one worker at a time, whatever workers do, and ends done or dead', async () => {
    const fate = fc.constantFrom('complete' as const, 'retry' as const, 'terminal' as const, 'vanish' as const);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.array(fate, { maxLength: 40 }), async (count, fates) => {
        await database.admin('spine')('truncate job');
        const all = Array.from({ length: count }, () => request());
        await jobs.enqueue(all);
        const done = new Map<string, number>();
        const attempts = new Map<string, number[]>(all.map(({ id }) => [id, []]));
        const left = [...fates];
        async function work(): Promise<void> {
          for (;;) {
            const next = left[0] === 'vanish' ? 1 : 60_000;
            const batch = await jobs.lease({ kinds: ['email'], limit: 3, leaseMs: next });
            for (const job of batch) {
              attempts.get(job.id)?.push(job.attempt);
              const outcome = next === 1 ? 'vanish' : (left.shift() ?? 'complete');
              if (outcome === 'complete' && (await jobs.complete(job.claim, null))) done.set(job.id, (done.get(job.id) ?? 0) + 1);
              if (outcome === 'retry' || outcome === 'terminal') await jobs.fail(job.claim, { error: outcome, class: outcome });
              if (outcome === 'vanish' && next !== 1) await jobs.heartbeat([job.claim], 1);
            }
            if (next === 1) left.shift();
            const [open] = await database
              .db('spine')
              .statement<{ open: number }>("select count(*)::int as open from job where state in ('ready', 'leased')");
            if (open?.open === 0) return;
          }
        }
        await Promise.all([work(), work(), work()]);
        expect([...done.values()].every((times) => times === 1)).toBe(true);
        // Each attempt was somebody's; who hears of a short lease first is nobody's to say.
        for (const numbers of attempts.values())
          expect(numbers.toSorted((one, other) => one - other)).toEqual(numbers.map((_number, index) => index + 1));
        const rows = await database.db('spine').statement<{ id: string; state: string }>('select id, state from job');
        expect(rows).toHaveLength(count);
        for (const row of rows) expect(row.state).toBe(done.has(row.id) ? 'done' : 'dead');
      }),
      { numRuns: 15 },
    );
  });
});

describe('leasing', () => {
  it('gives what has waited longest first', async () => {
    const all = Array.from({ length: 6 }, () => request());
    for (const asked of all) await jobs.enqueue([asked]);
    const order: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const leased = await jobs.lease({ ...one, limit: 2 });
      order.push(...leased.map((job) => job.id));
    }
    expect(order).toEqual(all.map((asked) => asked.id));
  });

  it('gives no job to two workers that ask at the same time', async () => {
    await jobs.enqueue(Array.from({ length: 60 }, () => request()));
    const leases = await Promise.all(Array.from({ length: 8 }, () => jobs.lease({ ...one, limit: 10 })));
    const ids = leases.flat().map((job) => job.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(leases.every((leased) => leased.length <= 10)).toBe(true);
    const rest = await jobs.lease({ ...one, limit: 100 });
    expect(ids.length + rest.length).toBe(60);
  });

  it('does not look at kinds that nobody here knows, however many wait', async () => {
    await jobs.enqueue(Array.from({ length: 50 }, () => request({ kind: 'document' })));
    const mine = request();
    await jobs.enqueue([mine]);
    expect((await jobs.lease({ kinds: ['email', 'whatsapp'], limit: 5, leaseMs: 60_000 })).map((job) => job.id)).toEqual([mine.id]);
  });

  it('gives a claim of its own to each', async () => {
    await jobs.enqueue(Array.from({ length: 10 }, () => request()));
    const leased = await jobs.lease({ ...one, limit: 10 });
    expect(new Set(leased.map((job) => job.claim)).size).toBe(10);
    expect(
      new Set(
        await jobs.heartbeat(
          leased.map((job) => job.claim),
          60_000,
        ),
      ).size,
    ).toBe(10);
  });
});

describe('who waits for jobs', () => {
  it('is woken at once in the same process, and by a hint in another', async () => {
    const other = newSpine();
    const service = other.services().find((candidate) => candidate.name === 'spine jobs');
    let here = 0;
    let there = 0;
    const forget = jobs.onReady(() => {
      here += 1;
    });
    jobs.onReady(() => {
      throw new Error('a bad listener harms no other');
    });
    other.jobs.onReady(() => {
      there += 1;
    });
    await service?.start();
    await eventually(() => there > 0);
    await jobs.enqueue([request()]);
    expect(here).toBe(1);
    forget();
    await jobs.enqueue([request()]);
    expect(here).toBe(1);
    const before = there;
    await eventually(() => there > before);
    await service?.stop();
  });
});

async function jobFlow(flow: string): Promise<string | undefined> {
  const [row] = await database.db('spine').statement<{ id: string }>('select id from job where flow_id = $1', [flow]);
  return row?.id;
}

function circle(): unknown {
  const made: { self?: unknown } = {};
  made.self = made;
  return made;
}
