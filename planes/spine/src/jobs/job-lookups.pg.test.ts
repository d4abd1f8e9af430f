import type { JobState, JobSummary, Jobs } from '@etis/contracts/jobs';
import { uuidv7 } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { createTestDatabase, type TestDatabase } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spineDomain } from '../index.ts';
import { cancelJob } from './cancel-job.ts';
import { createJobLookups } from './job-lookups.ts';
import { jobRequest, jobRequests, jobStore } from './jobs-under-test.ts';

let database: TestDatabase;
let db: SystemDb;
let jobs: Jobs;
let lookups: ReturnType<typeof createJobLookups>;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
  db = database.db('spine');
  lookups = createJobLookups(db);
});
beforeEach(async () => {
  await database.admin('spine')('truncate job');
  jobs = jobStore(db).jobs;
});
afterAll(() => database.drop());

async function leaseOne(kind: string) {
  const [leased] = await jobs.lease({ kinds: [kind], limit: 1, leaseMs: 60_000 });
  if (leased === undefined) throw new Error(`there is no job of the kind ${kind}`);
  return leased;
}

/** One job in each state; its kind is the state's name. */
async function oneOfEach(): Promise<void> {
  const states: readonly JobState[] = ['scheduled', 'ready', 'leased', 'done', 'dead', 'cancelled'];
  const asked = states.map((kind) => jobRequest({ kind, ...(kind === 'scheduled' ? { runAt: '2999-01-01T00:00:00Z' } : {}) }));
  await jobs.enqueue(asked);
  const leased = await leaseOne('leased');
  await jobs.progress(leased.claim, { done: 0.25, note: 'a quarter' });
  await jobs.complete((await leaseOne('done')).claim, { did: 'it' });
  await jobs.fail((await leaseOne('dead')).claim, { error: 'never', class: 'terminal' });
  await db.system((tx) => cancelJob(tx, asked[5]?.id ?? ''));
}

async function all(request: Omit<Parameters<typeof lookups.jobs>[0], 'cursor'>): Promise<readonly JobSummary[]> {
  const found: JobSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await lookups.jobs({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(request.limit);
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

describe('the list of jobs', () => {
  it('tells the state as people see it', async () => {
    await oneOfEach();
    const found = await all({ limit: 10 });
    expect(found.map(({ kind, state }) => [kind, state])).toEqual(
      ['cancelled', 'dead', 'done', 'leased', 'ready', 'scheduled'].map((state) => [state, state]),
    );
    expect(found.find(({ state }) => state === 'leased')).toMatchObject({
      attempts: 1,
      maxAttempts: 3,
      progress: { done: 0.25, note: 'a quarter' },
    });
    expect(found.find(({ state }) => state === 'dead')).toMatchObject({ error: 'never', progress: null });
    expect(found.find(({ state }) => state === 'scheduled')?.dueAt).toBe('2999-01-01T00:00:00.000Z');
  });

  it.each<JobState>(['scheduled', 'ready', 'leased', 'done', 'dead', 'cancelled'])('finds those that are %s', async (state) => {
    await oneOfEach();
    expect((await all({ limit: 10, state })).map(({ kind }) => kind)).toEqual([state]);
  });

  it('takes a job whose lease ran out for ready', async () => {
    await jobs.enqueue([jobRequest()]);
    await jobs.lease({ kinds: ['email'], limit: 1, leaseMs: 0 });
    expect(await all({ limit: 10 })).toMatchObject([{ state: 'ready', attempts: 1 }]);
  });

  it('is the newest first, page after page, of a tenant and a kind', async () => {
    const asked = [...jobRequests(7), ...jobRequests(2, { tenant: 'birch' }), ...jobRequests(3, { kind: 'document' })];
    await jobs.enqueue(asked);
    const ids = asked.map(({ id }) => id).toReversed();
    expect((await all({ limit: 5 })).map(({ id }) => id)).toEqual(ids);
    expect((await all({ limit: 1, tenant: 'birch' })).map(({ tenant }) => tenant)).toEqual(['birch', 'birch']);
    expect(await all({ limit: 2, tenant: 'acme', kind: 'document' })).toHaveLength(3);
    expect(await all({ limit: 2, tenant: 'cedar' })).toEqual([]);
  });

  it('goes on after a piece of the record in which there was nothing to show', async () => {
    const mine = jobRequest({ kind: 'rare' });
    await jobs.enqueue([mine]);
    await database.admin('spine')(
      `insert into job (id, kind, tenant_id, payload, flow_id, traceparent, max_attempts)
       select ('f0000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'email', 'acme', '{}', gen_random_uuid(), '', 3 from generate_series(1, 20001) n`,
    );
    const first = await lookups.jobs({ limit: 10, kind: 'rare' });
    expect(first.items).toEqual([]);
    expect(first.next).not.toBeNull();
    expect((await all({ limit: 10, kind: 'rare' })).map(({ id }) => id)).toEqual([mine.id]);
  });

  it.each([
    ['a limit of none', { limit: 0 }, 'SPINE_LIMIT_MALFORMED'],
    ['a limit that is too high', { limit: 201 }, 'SPINE_LIMIT_MALFORMED'],
    ["another list's cursor", { limit: 1, cursor: Buffer.from('["events","1"]').toString('base64url') }, 'SPINE_CURSOR_MALFORMED'],
    ['a cursor that is none', { limit: 1, cursor: 'x' }, 'SPINE_CURSOR_MALFORMED'],
  ])('refuses %s', async (_, request, code) => {
    await expect(lookups.jobs(request)).rejects.toMatchObject({ code });
  });

  it('finds nothing for a name that nothing can have', async () => {
    expect(await lookups.jobs({ limit: 1, tenant: 'a\0' })).toEqual({ items: [], next: null });
    expect(await lookups.jobs({ limit: 1, kind: 'a\0' })).toEqual({ items: [], next: null });
  });
});

describe('one job', () => {
  it('is shown with what it was asked and what it answered', async () => {
    const asked = jobRequest({ cause: uuidv7(), payload: { odd: '\0 \ud800' }, priority: 7 });
    await jobs.enqueue([asked]);
    expect(await lookups.job(asked.id)).toMatchObject({
      id: asked.id,
      payload: asked.payload,
      result: null,
      cause: asked.cause,
      priority: 7,
      flow: asked.flow,
    });
    const { claim } = await leaseOne('email');
    await jobs.complete(claim, { did: 'it' });
    const found = await lookups.job(asked.id);
    expect(found).toMatchObject({ state: 'done', result: { did: 'it' } });
    expect(Date.parse(found?.updatedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(found?.createdAt ?? ''));
  });

  it.each(['', 'nonsense', uuidv7()])('is not found by %j', async (id) => {
    expect(await lookups.job(id)).toBeNull();
  });
});
