import type { JobRequest, Jobs, LeasedJob } from '@etis/contracts/jobs';
import { uuidv7 } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spineDomain } from '../index.ts';
import { fakeCluster, fakeView, thing } from '../spine-fixture.ts';
import { createWorld, type SpineWorld } from '../spine-under-test.ts';
import { cancelJob } from './cancel-job.ts';
import type { JobStore } from './jobs.ts';
import { jobRequest, jobRequests, jobStore } from './jobs-under-test.ts';

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

async function leaseOne(leaseMs = 60_000): Promise<LeasedJob> {
  return await eventually(async () => (await jobs.lease({ kinds: ['email'], limit: 1, leaseMs }))[0]);
}

async function enqueued(overrides: Partial<JobRequest> = {}): Promise<JobRequest> {
  const asked = jobRequest(overrides);
  await jobs.enqueue([asked]);
  return asked;
}

describe('a job that is given back', () => {
  it('is not counted, and comes back after the delay', async () => {
    const { id } = await enqueued();
    const { claim } = await leaseOne();
    expect(await jobs.defer(claim, 100)).toBe(true);
    expect(await jobs.defer(claim, 100)).toBe(true);
    expect(await jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 60_000 })).toEqual([]);
    expect(await leaseOne()).toMatchObject({ id, attempt: 1 });
    expect(await jobs.defer(claim, 100)).toBe(false);
    expect(await jobs.complete(claim, null)).toBe(false);
  });

  it('without a delay wakes those who wait', async () => {
    await enqueued();
    const { claim } = await leaseOne();
    let woken = 0;
    const forget = jobs.onReady(() => (woken += 1));
    await jobs.defer(claim, 0);
    forget();
    expect(woken).toBe(1);
  });

  it.each(['', 'nonsense', `${uuidv7()}.1`])('is not found by the claim %j', async (claim) => {
    expect(await jobs.defer(claim, 1)).toBe(false);
    expect(await jobs.progress(claim, { done: 0, note: '' })).toBe(false);
  });
});

describe('progress', () => {
  it('is kept while the job is held', async () => {
    const { id } = await enqueued();
    const { claim } = await leaseOne();
    expect(await jobs.progress(claim, { done: 0.5, note: 'half \0 way' })).toBe(true);
    expect(await jobs.progress(claim, { done: 7, note: 'x'.repeat(500) })).toBe(true);
    const [row] = await db.statement<{ progress: number; note: string }>('select progress, note from job where id = $1', [id]);
    expect(row?.progress).toBe(1);
    expect(row?.note).toHaveLength(200);
    await jobs.complete(claim, null);
    expect(await jobs.progress(claim, { done: 0, note: '' })).toBe(false);
  });
});

describe('a failure', () => {
  it('that says when comes back not before that', async () => {
    await enqueued();
    const { claim } = await leaseOne();
    await jobs.fail(claim, { error: 'busy', class: 'retry', afterMs: 60_000 });
    const [row] = await db.statement<{ ms: number }>('select extract(epoch from due_at - clock_timestamp())::float8 * 1000 as ms from job');
    expect(row?.ms).toBeGreaterThan(50_000);
    expect(row?.ms).toBeLessThanOrEqual(60_000);
  });

  it('of many at once is told in one go, and each by itself', async () => {
    await jobs.enqueue(jobRequests(40));
    const leased = await jobs.lease({ kinds: ['email'], limit: 40, leaseMs: 60_000 });
    const told = leased.map((job, index) =>
      index % 2 === 0
        ? jobs.complete(job.claim, { index })
        : jobs.fail(job.claim, { error: `no ${index}`, class: index % 4 === 1 ? 'terminal' : 'retry' }),
    );
    expect((await Promise.all([...told, jobs.complete(`${uuidv7()}.1`, null)])).filter((kept) => !kept)).toHaveLength(1);
    const rows = await db.statement<{ state: string; count: number }>(
      'select state, count(*)::int as count from job group by state order by state',
    );
    expect(rows).toEqual([
      { state: 'dead', count: 10 },
      { state: 'done', count: 20 },
      { state: 'ready', count: 10 },
    ]);
    const [row] = await db.statement<{ result: string }>('select result from job where id = $1', [leased[4]?.id]);
    expect(row?.result).toBe('{"index":4}');
  });
});

describe('a dedupe text', () => {
  it('keeps another out while the first is open, within its tenant and kind', async () => {
    const first = await enqueued({ dedupe: 'daily' });
    await enqueued({ dedupe: 'daily' });
    await jobs.enqueue(jobRequests(3, { dedupe: 'weekly' }));
    await enqueued({ dedupe: 'daily', tenant: 'birch' });
    await enqueued({ dedupe: 'daily', kind: 'document' });
    const leased = await jobs.lease({ kinds: ['email', 'document'], limit: 10, leaseMs: 60_000 });
    expect(leased).toHaveLength(4);
    await enqueued({ dedupe: 'daily' });
    const held = leased.find(({ id }) => id === first.id);
    expect(held).toMatchObject({ dedupe: 'daily' });
    await jobs.fail(held?.claim ?? '', { error: 'no', class: 'retry' });
    await enqueued({ dedupe: 'daily' });
    expect((await leaseOne()).id).toBe(first.id);
  });

  it.each<[string, (claim: string, id: string) => Promise<unknown>]>([
    ['done', (claim) => jobs.complete(claim, null)],
    ['dead', (claim) => jobs.fail(claim, { error: 'no', class: 'terminal' })],
    ['cancelled', (_, id) => db.system((tx) => cancelJob(tx, id))],
  ])('lets another in once the first is %s', async (state, end) => {
    const { id } = await enqueued({ dedupe: 'daily' });
    await end((await leaseOne()).claim, id);
    const [row] = await db.statement<{ state: string }>('select state from job where id = $1', [id]);
    expect(row?.state).toBe(state);
    const next = await enqueued({ dedupe: 'daily' });
    expect((await leaseOne()).id).toBe(next.id);
  });
});

describe('cancelling', () => {
  const cancel = (id: string) => db.system((tx) => cancelJob(tx, id));

  it('ends a job that nobody holds, at once', async () => {
    const { id } = await enqueued({ tenant: 'birch' });
    expect(await cancel(id)).toEqual({ tenant: 'birch' });
    expect(await cancel(id)).toBeNull();
    expect(await jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 1 })).toEqual([]);
  });

  it('takes it from who holds it: the next heartbeat does not find it, and its end does not count', async () => {
    const { id } = await enqueued({ reportTo: 'nudge' });
    const { claim } = await leaseOne();
    expect(await cancel(id)).toEqual({ tenant: 'acme' });
    expect(await jobs.heartbeat([claim], 60_000)).toEqual([]);
    expect(await jobs.complete(claim, null)).toBe(false);
    expect(await jobs.fail(claim, { error: 'x', class: 'retry' })).toBe(false);
    const [row] = await db.statement<{ state: string }>('select state from job where id = $1', [id]);
    expect(row?.state).toBe('cancelled');
  });

  it('changes nothing where a job has ended, or where there is none', async () => {
    const { id } = await enqueued();
    await jobs.complete((await leaseOne()).claim, null);
    expect(await cancel(id)).toBeNull();
    expect(await cancel(uuidv7())).toBeNull();
    expect(await cancel('nonsense')).toBeNull();
  });
});

describe('enqueuing in a transaction of the caller', () => {
  it('happens with it or not at all', async () => {
    const asked = jobRequest();
    await expect(
      db.system(async (tx) => {
        await store.enqueueIn(tx, [asked]);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 1 })).toEqual([]);
    let woken = false;
    const forget = jobs.onReady(() => {
      woken = true;
    });
    await db.system((tx) => store.enqueueIn(tx, [asked]));
    store.announce();
    forget();
    expect(woken).toBe(true);
    expect((await leaseOne()).id).toBe(asked.id);
  });

  it('refuses what could not be kept', async () => {
    await expect(db.system((tx) => store.enqueueIn(tx, [jobRequest({ priority: 101 })]))).rejects.toMatchObject({
      code: 'SPINE_JOB_MALFORMED',
    });
  });
});

describe('a request', () => {
  it.each<[string, Partial<JobRequest>]>([
    ['a priority that is too high', { priority: 101 }],
    ['half a priority', { priority: 0.5 }],
    ['a time to run that is none', { runAt: 'tomorrow' }],
    ['a time to run without a zone', { runAt: '2030-01-01T00:00:00' }],
    ['a day that does not exist', { runAt: '2030-13-01T00:00:00Z' }],
    ['an empty dedupe text', { dedupe: '' }],
    ['a dedupe text that is too long', { dedupe: 'x'.repeat(201) }],
    ['a dedupe text that cannot be kept', { dedupe: 'a\0' }],
    ['half a character in its dedupe text', { dedupe: '\ud800' }],
    ['a report to nobody', { reportTo: '' }],
  ])('with %s is refused', async (_, overrides) => {
    await expect(jobs.enqueue([jobRequest(overrides)])).rejects.toMatchObject({ code: 'SPINE_JOB_MALFORMED' });
  });
});

describe('a report', () => {
  let world: SpineWorld;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.end());

  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('comes to the product that asked for it, in its flow, with what the job did', async () => {
    world.governance.change(fakeView({ subscriptions: [] }));
    const cluster = fakeCluster();
    const spine = await world.start(cluster);
    const asked = jobRequest({ reportTo: 'pulse', traceparent });
    await spine.jobs.enqueue([asked]);
    const [leased] = await spine.jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 60_000 });
    await spine.jobs.complete(leased?.claim ?? '', { text: 'odd \0 \ud800 "quoted"', n: [1, 2] });
    await spine.jobs.complete(leased?.claim ?? '', { again: true });
    const [batch] = await eventually(() => (cluster.batches.length > 0 ? cluster.batches : undefined));
    expect(batch).toMatchObject({ lane: 'acme/pulse', tenant: 'acme', product: 'pulse' });
    expect(batch?.entries).toHaveLength(1);
    expect(batch?.entries[0]?.event).toMatchObject({
      type: 'job.done',
      source: '/jobs',
      subject: asked.id,
      tenant: 'acme',
      flow: asked.flow,
      cause: null,
      hop: 1,
      traceparent,
      data: { job: asked.id, kind: 'email', attempts: 1, result: { text: 'odd \0 \ud800 "quoted"', n: [1, 2] }, error: null },
    });
  });

  it('says how a job died, whether it failed or never came back, and is as far from the start as its cause and one more', async () => {
    const cluster = fakeCluster();
    const spine = await world.start(cluster, { jobs: { maxAttempts: 1, backoff: { base: 1, cap: 1 } } });
    const started = thing('acme');
    await spine.inbox.append(started);
    const [first] = await eventually(() => (cluster.batches.length > 0 ? cluster.batches : undefined));
    const cause = first?.entries[0]?.event;
    const failing = jobRequest({ reportTo: 'nudge', cause: cause?.id ?? null, flow: started.id });
    const vanishing = jobRequest({ reportTo: 'nudge', tenant: 'birch' });
    await spine.jobs.enqueue([failing, vanishing]);
    for (const job of await spine.jobs.lease({ kinds: ['email'], limit: 2, leaseMs: 1 })) {
      if (job.id === failing.id) await spine.jobs.fail(job.claim, { error: 'no "way" \0', class: 'terminal' });
    }
    const reports = await eventually(async () => {
      await spine.jobs.lease({ kinds: ['email'], limit: 2, leaseMs: 1 });
      const found = cluster.batches.flatMap(({ entries }) => entries).filter(({ event }) => event.type === 'job.dead');
      return found.length === 2 ? found : undefined;
    });
    const of = (id: string) => reports.find(({ event }) => event.subject === id)?.event;
    expect(of(failing.id)).toMatchObject({
      hop: 1 + (cause?.hop ?? 0),
      cause: cause?.id,
      flow: started.id,
      data: { attempts: 1, result: null, error: 'no "way" \uFFFD' },
    });
    expect(of(vanishing.id)).toMatchObject({ tenant: 'birch', data: { error: expect.stringContaining('did not come back') } });
    expect((await spine.queries.flow(started.id))?.steps.map(({ step }) => step)).toContain('job-failed');
  });

  it('is in the inbox once the end is, and not without it', async () => {
    const asked = jobRequests(5, { reportTo: 'nudge' });
    await jobs.enqueue(asked);
    const leased = await jobs.lease({ kinds: ['email'], limit: 5, leaseMs: 60_000 });
    const inbox = () => db.statement<{ body: Buffer }>("select body from inbox where source = 'platform'");
    expect(await inbox()).toEqual([]);
    expect(await Promise.all(leased.map((job) => jobs.complete(job.claim, null)))).toEqual(leased.map(() => true));
    const subjects = (await inbox()).map(({ body }) => (JSON.parse(body.toString()) as { subject: string }).subject);
    expect(subjects.toSorted()).toEqual(asked.map(({ id }) => id).toSorted());
    await Promise.all(leased.map((job) => jobs.complete(job.claim, null)));
    expect(await inbox()).toHaveLength(5);
  });

  it('wakes the router, and a job that reports to nobody does not', async () => {
    let reported = 0;
    const own = jobStore(db, { onReported: () => (reported += 1) }).jobs;
    await own.enqueue([jobRequest(), jobRequest({ reportTo: 'nudge' })]);
    const leased = await own.lease({ kinds: ['email'], limit: 2, leaseMs: 60_000 });
    const silent = leased.find((job) => job.reportTo === undefined);
    await own.complete(silent?.claim ?? '', null);
    expect(reported).toBe(0);
    const telling = leased.find((job) => job.reportTo === 'nudge');
    await own.complete(telling?.claim ?? '', null);
    expect(reported).toBe(1);
  });
});
