import { silentLog } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { sample } from '../fixtures/domains.ts';
import { startProxy } from '../fixtures/proxy.ts';
import { type DomainDb, openDomain } from './index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [sample] });
});
afterAll(() => database.drop());

function open(access = database.access): DomainDb {
  const db = openDomain({ domain: sample, access, log: silentLog, applicationName: 'listening' });
  onTestFinished(() => db.close());
  return db;
}

async function counted(db: DomainDb, channel: string) {
  const heard = { count: 0, stop: async () => {} };
  heard.stop = await db.listen(channel, () => {
    heard.count += 1;
  });
  return heard;
}

async function listening(channel: string): Promise<readonly { pid: number }[]> {
  const text = 'select pid from pg_stat_activity where query = $1';
  return database.admin('sample')<{ pid: number }>(text, [`listen "${channel}"`]);
}

it('calls back once it listens, and for each notification', async () => {
  const db = open();
  const heard = await counted(db, 'Work ready');
  expect(heard.count).toBe(1);

  await db.statement(`notify "Work ready"`);

  await eventually(() => heard.count === 2);
  await db.statement(`notify "something else"`);
  await db.statement(`notify "Work ready"`);
  await eventually(() => heard.count === 3);
});

it('listens again after its backend has ended, and calls back since something may have been missed', async () => {
  const db = open();
  const heard = await counted(db, 'again');
  const [backend] = await listening('again');

  await database.admin('sample')('select pg_terminate_backend($1)', [backend?.pid]);

  await eventually(() => heard.count === 2);
  await db.statement('notify again');
  await eventually(() => heard.count === 3);
});

it('can be started while the server is down, and connects when it is up', async () => {
  const proxy = await startProxy(database.access);
  await proxy.down();
  const heard = await counted(open(proxy.access), 'later');
  expect(heard.count).toBe(0);

  await proxy.up();

  await eventually(() => heard.count === 1);
  await proxy.down();
  await proxy.up();
  await eventually(() => heard.count === 2);
});

it('stops, and leaves no connection', async () => {
  const db = open();
  const heard = await counted(db, 'stopped');
  await heard.stop();
  await heard.stop();

  await eventually(async () => (await listening('stopped')).length === 0);
  await db.statement('notify stopped');
  expect(heard.count).toBe(1);
});

it('stops with its domain', async () => {
  const db = open();
  await counted(db, 'closing');
  await db.close();
  await eventually(async () => (await listening('closing')).length === 0);
  await expect(counted(db, 'closing')).rejects.toMatchObject({ code: 'POSTGRES_CLOSED' });
});
