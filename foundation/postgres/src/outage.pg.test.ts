import { silentLog } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase, testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sample } from '../fixtures/domains.ts';
import { startProxy, type TcpProxy } from '../fixtures/proxy.ts';
import { type DomainDb, openDomain } from './index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [sample] });
});
afterAll(() => database.drop());

const acme = testContext({ tenant: 'acme' });
const unavailable = { code: 'POSTGRES_UNAVAILABLE', kind: 'unavailable', retryable: true };

async function behindProxy(poolSize?: number): Promise<{ db: DomainDb; proxy: TcpProxy }> {
  const proxy = await startProxy(database.access);
  return { proxy, db: open(proxy.access, poolSize) };
}

function open(access: TestDatabase['access'], poolSize = 2): DomainDb {
  const db = openDomain({ domain: sample, access, log: silentLog, poolSize, applicationName: 'outage' });
  onTestFinished(() => db.close());
  return db;
}

function terminate(pid: string | number | undefined) {
  return database.admin('sample')('select pg_terminate_backend($1)', [pid]);
}

async function stored(text: string): Promise<number> {
  return (await database.admin('sample')('select 1 from note where text = $1', [text])).length;
}

it('is unavailable while the server is down, and works again by itself', async () => {
  const { db, proxy } = await behindProxy();
  await db.statement('select 1');

  await proxy.down();
  await expect(db.tenant(acme, (tx) => tx.query('select 1'))).rejects.toMatchObject(unavailable);
  await expect(db.platform(testContext(), 'looking', (tx) => tx.query('select 1'))).rejects.toMatchObject(unavailable);
  await expect(db.system((tx) => tx.query('select 1'))).rejects.toMatchObject(unavailable);
  await expect(db.statement('select 1')).rejects.toMatchObject(unavailable);

  await proxy.up();
  expect(await db.statement('select 1 as n')).toEqual([{ n: 1 }]);
  expect(await db.tenant(acme, (tx) => tx.query('select 1 as n'))).toEqual([{ n: 1 }]);
});

it('survives the end of idle connections', async () => {
  const db = open(database.access);
  const [{ pid } = { pid: 0 }] = await db.statement<{ pid: number }>('select pg_backend_pid() as pid');

  await terminate(pid);
  await eventually(async () => (await database.admin('sample')('select 1 from pg_stat_activity where pid = $1', [pid])).length === 0);

  expect(await eventually(() => db.statement('select 1 as n'))).toEqual([{ n: 1 }]);
});

it('is unavailable where the backend ends between two statements, and nothing is stored', async () => {
  const db = open(database.access);
  let calls = 0;
  const attempt = db.tenant(acme, async (tx) => {
    calls += 1;
    await tx.query("insert into note (tenant_id, text) values ('acme', 'cut off')");
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await terminate(row?.pid);
    await tx.query('select 1');
  });
  await expect(attempt).rejects.toMatchObject(unavailable);
  expect(calls).toBe(1);
  expect(await stored('cut off')).toBe(0);
});

it('is unavailable where the backend ends within a statement', async () => {
  const db = open(database.access);
  const attempt = db.system(async (tx) => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    const sleeping = tx.query('select pg_sleep(20)');
    await Promise.all([sleeping, terminate(row?.pid)]);
  });
  await expect(attempt).rejects.toMatchObject({ ...unavailable, cause: expect.anything() });
});

describe('a connection lost during COMMIT', () => {
  const unknown = { code: 'POSTGRES_COMMIT_UNKNOWN', retryable: true };

  it('is unknown, and not repeated, where the server had committed', async () => {
    const { db, proxy } = await behindProxy();
    let calls = 0;
    proxy.loseNextCommitAnswer();

    const attempt = db.tenant(acme, async (tx) => {
      calls += 1;
      await tx.query("insert into note (tenant_id, text) values ('acme', 'committed unseen')");
    });

    await expect(attempt).rejects.toMatchObject(unknown);
    expect(calls).toBe(1);
    expect(await stored('committed unseen')).toBe(1);
  });

  it('is unknown, and not repeated, where the server had not', async () => {
    const db = open(database.access);
    let calls = 0;
    let backend: number | undefined;
    const attempt = db.tenant(acme, async (tx) => {
      calls += 1;
      const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      backend = row?.pid;
      await tx.query("insert into slow_note values ('acme')");
    });
    const outcome = expect(attempt).rejects.toMatchObject(unknown);

    await eventually(async () => {
      const rows = await database.admin('sample')(
        "select 1 from pg_stat_activity where pid = $1 and query = 'commit' and state = 'active'",
        [backend ?? 0],
      );
      return rows.length > 0;
    });
    await terminate(backend);

    await outcome;
    expect(calls).toBe(1);
    expect(await database.admin('sample')('select 1 from slow_note')).toEqual([]);
  });

  it('is unknown for a statement that commits itself', async () => {
    const db = open(database.access);
    const attempt = db.statement('select pg_terminate_backend(pg_backend_pid()), pg_sleep(5)');
    await expect(attempt).rejects.toMatchObject(unknown);
    expect(await db.statement('select 1 as n')).toEqual([{ n: 1 }]);
  });
});

describe('bounded waiting', () => {
  it.concurrent('gives up on a server that accepts and says nothing', async () => {
    const { db, proxy } = await behindProxy();
    proxy.silent();
    await expect(db.statement('select 1')).rejects.toMatchObject(unavailable);
  });

  it.concurrent('gives up on a pool whose connections are all in use', async () => {
    const db = open(database.access, 1);
    let finish: () => void = () => {};
    const holding = db.system(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await expect(db.statement('select 1')).rejects.toMatchObject(unavailable);
    finish();
    await holding;
  });

  it.concurrent('cuts what does not finish when it closes', async () => {
    const db = openDomain({ domain: sample, access: database.access, log: silentLog });
    const sleeping = db.system(async (tx) => {
      started();
      await tx.query('select pg_sleep(25)');
    });
    function started() {
      begun();
    }
    let begun: () => void = () => {};
    await new Promise<void>((resolve) => {
      begun = resolve;
    });
    const outcome = expect(sleeping).rejects.toMatchObject(unavailable);
    await db.close();
    await outcome;
    await expect(db.statement('select 1')).rejects.toMatchObject({ code: 'POSTGRES_CLOSED' });
  });
});

it('says which role is refused, and what to do', async () => {
  const passwords = Object.fromEntries(Object.keys(database.access.passwords).map((role) => [role, 'wrong']));
  const db = open({ ...database.access, passwords });
  await expect(db.statement('select 1')).rejects.toMatchObject({
    code: 'POSTGRES_LOGIN_REFUSED',
    retryable: false,
    message: expect.stringContaining('etis_spine'),
  });
});

it('refuses to open a domain that the access does not know', () => {
  expect(() => open({ ...database.access, databases: {} })).toThrow(expect.objectContaining({ code: 'POSTGRES_ACCESS_MISSING' }));
  expect(() => open({ ...database.access, passwords: {} })).toThrow(expect.objectContaining({ code: 'POSTGRES_ACCESS_MISSING' }));
});
