import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silentLog } from '@etis/kernel';
import { adminAccessFromUrl, type Domain, prepare } from '@etis/postgres';
import { createTestDatabase, eventually } from '@etis/testing';
import { expect, it } from 'vitest';
import { createSpine, spineDomain } from '../index.ts';
import { adapters, delivery, fakeCluster, fakeGovernance } from '../spine-fixture.ts';

const migrations = new URL('../../migrations/', import.meta.url);

/** The domain as it was before its record was kept in slices. */
async function domainBefore(folder: string): Promise<Domain> {
  for (const file of (await readdir(migrations)).filter((name) => name < '0020')) await cp(new URL(file, migrations), join(folder, file));
  return { ...spineDomain, migrations: [pathToFileURL(`${folder}/`)] };
}

it('turns a record that is there into its first slice, in place, and goes on with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'etis-spine-before-'));
  const database = await createTestDatabase({ domains: [await domainBefore(folder)] });
  const before = database.admin('spine');
  const [handled, waiting, unrouted] = ['handled', 'waiting', 'unrouted'].map((subject) =>
    delivery({ site: 'acme-site', type: 'thing.added', subject }),
  );
  for (const one of [handled, waiting, unrouted]) {
    await before(
      `select * from inbox_append(array[$1::uuid], array['shared'], array['plain'], array['{}'], array[$2], array[now()], $3::bytea, $4::bytea, array[length($4::bytea)])`,
      [one?.id, one?.traceparent, one?.digest, one?.body],
    );
  }
  await before(
    `insert into event (position, id, delivery_id, type, source, subject, time, tenant_id, data, traceparent, flow_id, hop, accepted_at)
     select i.position, i.id, i.id, 'thing.added', '/plain', case i.position when 1 then 'handled' else 'waiting' end, '2026-11-23T10:00:00.000Z',
       'acme', 'null', i.traceparent, i.id, 0, i.received_at from inbox i where i.position < 3`,
  );
  await before(`
    insert into lane (name, tenant_id, product, head) values ('acme/nudge', 'acme', 'nudge', 2);
    insert into lane_progress (lane_id, position) values (1, 1);
    insert into entry values (1, 1), (1, 2);
    insert into lane_ack (lane_id, from_position, to_position, attempts) values (1, 1, 1, 1);
    update router_cursor set inbox_position = 2, event_position = 2`);
  const files = await before("select pg_relation_filepath('inbox') as inbox, pg_relation_filepath('event') as event");

  await prepare({
    admin: adminAccessFromUrl(database.url),
    domains: [spineDomain],
    layout: 'one',
    existing: database.access,
    log: silentLog,
  });

  // The same files: nothing was written anew.
  expect(await before("select pg_relation_filepath('inbox_0') as inbox, pg_relation_filepath('event_0') as event")).toEqual(files);
  const cluster = fakeCluster();
  const spine = createSpine({
    db: database.db('spine'),
    governance: fakeGovernance(),
    adapters,
    transport: cluster,
    log: silentLog,
  });
  const services = spine.services();
  for (const service of services) await service.start();
  const fresh = delivery({ site: 'acme-site', type: 'thing.added', subject: 'fresh' });
  expect(await spine.inbox.append(fresh)).toEqual({ outcome: 'accepted', id: fresh.id });
  expect(await spine.inbox.append({ ...delivery(handled?.body ?? ''), id: fresh.id.replace(/.$/, '0') })).toMatchObject({
    outcome: 'duplicate',
  });
  await eventually(() => cluster.effects.get('acme/nudge')?.length === 3);
  expect(cluster.effects.get('acme/nudge')).toEqual(['waiting', 'unrouted', 'fresh']);
  expect(await before('select position::int as position from inbox order by 1')).toEqual([1, 2, 3, 4].map((position) => ({ position })));
  for (const service of services.toReversed()) await service.stop();
  await database.drop();
  await rm(folder, { recursive: true });
});

it('gives partitions no grants of their own, so that rows are reached through the table alone', async () => {
  const database = await createTestDatabase({ domains: [spineDomain] });
  const db = database.db('spine');
  await db.statement('select slice_begin(0, now())');
  await db.statement('select slice_aside(0)');
  for (const slice of ['event_0', 'event_1', 'inbox_1', 'event_aside']) {
    await expect(db.statement(`select from ${slice}`)).rejects.toThrow('permission denied');
    await expect(db.statement(`drop table ${slice}`)).rejects.toThrow('must be owner');
  }
  // The classes are found again by a later preparation, whatever is under way.
  const folder = await mkdtemp(join(tmpdir(), 'etis-spine-after-'));
  await writeFile(join(folder, '0001-later.sql'), '-- Of a later release.\nselect 1;');
  await prepare({
    admin: adminAccessFromUrl(database.url),
    domains: [{ ...spineDomain, migrations: [...spineDomain.migrations, pathToFileURL(`${folder}/`)] }],
    layout: 'one',
    existing: database.access,
    log: silentLog,
  });
  await expect(db.statement('select from event_1')).rejects.toThrow('permission denied');
  expect(await db.statement('select from event')).toEqual([]);
  await rm(folder, { recursive: true });
  await database.drop();
});
