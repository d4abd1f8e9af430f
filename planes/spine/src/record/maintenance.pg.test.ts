import { silentLog, supervise } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInbox, createSpine, spineDomain } from '../index.ts';
import { spineSettings } from '../settings.ts';
import { adapters, delivery, fakeCluster, fakeGovernance } from '../spine-fixture.ts';
import { forgetExpired } from './expired.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
});
afterEach(() => database.drop());

describe('maintenance', () => {
  it('forgets digests after 45 days, in bounded batches, and none before', async () => {
    const db = database.db('spine');
    const inbox = createInbox({ db, log: silentLog });
    const old = Array.from({ length: 25 }, (_, index) => delivery(`old ${index}`));
    const young = Array.from({ length: 5 }, (_, index) => delivery(`young ${index}`));
    await Promise.all([...old, ...young].map((one) => inbox.append(one)));
    const age = 'update digest set seen_at = now() - $1::interval where delivery_id = any($2::uuid[])';
    await db.statement(age, ['45 days 1 minute', old.map((one) => one.id)]);
    await db.statement(age, ['44 days 23 hours', young.map((one) => one.id)]);
    const spine = createSpine({
      db,
      governance: fakeGovernance(),
      adapters,
      transport: fakeCluster(),
      log: silentLog,
      settings: { maintenance: { deleteCount: 10 } },
    });
    const service = supervise('spine', spine.services(), silentLog);
    await service.start();
    await eventually(async () => (await db.statement('select from digest')).length === 5);
    await service.stop();
    const again = await Promise.all([delivery('old 1'), delivery('young 1')].map((one) => inbox.append(one)));
    expect(again.map((one) => one.outcome)).toEqual(['accepted', 'duplicate']);
    await inbox.stop();
  });
});

describe('what goes by age', () => {
  const dayMs = 86_400_000;

  it('are jobs that ended and what found no place; nothing that is open, dead or held back', async () => {
    const db = database.db('spine');
    const clock = { at: 0, now: () => Date.now() + clock.at };
    const settings = { ...spineSettings().maintenance, keepDays: 30, unmatchedDays: 60, deleteCount: 2 };
    const states = ['ready', 'done', 'dead', 'cancelled'];
    await db.statement(
      `insert into job (id, kind, tenant_id, payload, flow_id, traceparent, state, max_attempts)
       select uuidv7(), 'email', 'acme', 'null', uuidv7(), '', s, 8 from unnest($1::text[]) s, generate_series(1, 3)`,
      [states],
    );
    await db.statement(
      `insert into unmatched (delivery_id, connection_id, flow_id, reason, detail)
       select uuidv7(), 'shared', uuidv7(), r, '' from unnest(array['held', 'filtered']) r, generate_series(1, 3)`,
    );
    const forget = async () => {
      while (await forgetExpired({ db, clock, settings }));
      const jobs = await db.statement<{ state: string }>('select distinct state from job order by 1');
      const unmatched = await db.statement<{ reason: string }>('select distinct reason from unmatched order by 1');
      return [jobs.map(({ state }) => state), unmatched.map(({ reason }) => reason)];
    };
    clock.at = 29 * dayMs;
    expect(await forget()).toEqual([states.toSorted(), ['filtered', 'held']]);
    clock.at = 31 * dayMs;
    // The slice that the events of the jobs would be in is still there.
    expect(await forget()).toEqual([states.toSorted(), ['filtered', 'held']]);
    await db.statement("update slice set began_at = began_at + interval '1 hour'");
    expect(await forget()).toEqual([
      ['dead', 'ready'],
      ['filtered', 'held'],
    ]);
    clock.at = 61 * dayMs;
    expect(await forget()).toEqual([['dead', 'ready'], ['held']]);
  });
});

describe('a process that only ingests', () => {
  it('wakes the router of another by a hint, long before it would look by itself', async () => {
    const db = database.db('spine');
    const spine = createSpine({
      db,
      governance: fakeGovernance(),
      adapters,
      transport: fakeCluster(),
      log: silentLog,
      settings: { router: { pollMs: 3_600_000 }, dispatcher: { pollMs: 3_600_000 } },
    });
    const service = supervise('spine', spine.services(), silentLog);
    await service.start();
    const inbox = createInbox({ db, log: silentLog });
    for (let index = 0; index < 3; index += 1) {
      const sent = delivery({ type: 'thing.added', site: 'acme-site', subject: String(index) });
      await inbox.append(sent);
      await eventually(async () => (await spine.queries.flow(sent.id))?.settled);
    }
    await inbox.stop();
    await service.stop();
  });
});
