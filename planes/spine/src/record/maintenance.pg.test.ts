import { silentLog, supervise } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInbox, createSpine, spineDomain } from '../index.ts';
import { adapters, delivery, fakeCluster, fakeGovernance } from '../spine-fixture.ts';

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
