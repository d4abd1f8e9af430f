import { createTestDatabase, type TestDatabase, testRun } from '@etis/testing';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { sample } from '../fixtures/domains.ts';
import { type AdminAccess, adminAccessFromUrl, openAdmin } from './index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [sample] });
});
afterAll(() => database.drop());

async function open(admin: AdminAccess, schema?: string) {
  const session = await openAdmin(admin, schema === undefined ? {} : { schema });
  onTestFinished(() => session.close());
  return session;
}

it('logs in by URL and sees what row security keeps from the roles', async () => {
  const session = await open(adminAccessFromUrl(database.url), 'sample');
  await session.query("insert into note (tenant_id, text) values ('acme', 'a'), ('bolt', 'b')");
  expect(await session.query('select text from note order by 1')).toEqual([{ text: 'a' }, { text: 'b' }]);
});

it('gives the rows of the last of several statements', async () => {
  const session = await open(testRun().admin);
  expect(await session.query('select 1 as a; select 2 as b')).toEqual([{ b: 2 }]);
});

it('says when the login is refused, and keeps the password out of it', async () => {
  const wrong = { ...testRun().admin, password: 'not-the-password' };
  await expect(openAdmin(wrong)).rejects.toMatchObject({
    code: 'POSTGRES_LOGIN_REFUSED',
    message: expect.not.stringContaining(wrong.password),
  });
});

it('is unavailable where nothing listens', async () => {
  await expect(openAdmin({ ...testRun().admin, host: '127.0.0.1', port: 1 })).rejects.toMatchObject({
    code: 'POSTGRES_UNAVAILABLE',
    retryable: true,
  });
});

it('says so when its connection is lost, and closes quietly then', async () => {
  const session = await open(testRun().admin);
  await expect(session.query('select pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await session.close();
  await session.close();
});
