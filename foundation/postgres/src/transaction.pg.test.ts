import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cluster, sample } from '../fixtures/domains.ts';
import { type SystemTx, sqlState, type TenantTx } from './index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [sample, cluster] });
});
afterAll(() => database.drop());

const acme = testContext({ tenant: 'acme' });
const insert = "insert into note (tenant_id, text) values ('acme', $1)";

async function stored(text: string): Promise<number> {
  return (await database.admin('sample')('select 1 from note where text = $1', [text])).length;
}

it('commits what fn resolves to, in one transaction', async () => {
  const [first, second] = await database
    .db('sample')
    .tenant(acme, async (tx) => [
      await tx.query<{ xid: string }>('select txid_current() as xid'),
      await tx.query<{ xid: string }>('select txid_current() as xid'),
    ]);
  expect(first).toEqual(second);

  await database.db('sample').tenant(acme, (tx) => tx.query(insert, ['kept']));
  expect(await stored('kept')).toBe(1);
});

it('rolls back when fn throws, and passes its error on untouched', async () => {
  const reason = new Error('no');
  const attempt = database.db('sample').tenant(acme, async (tx) => {
    await tx.query(insert, ['thrown away']);
    throw reason;
  });
  await expect(attempt).rejects.toBe(reason);
  expect(await stored('thrown away')).toBe(0);
});

it("passes on what fn throws of its own, even if it looks like a lost connection, and keeps the database's connection", async () => {
  const db = database.db('sample');
  const reason = Object.assign(new Error('connect ECONNREFUSED mail'), { code: 'ECONNREFUSED' });
  const backend = async (tx: SystemTx) => (await tx.query('select pg_backend_pid() as pid'))[0]?.pid;
  let before: unknown;
  const attempt = db.system(async (tx) => {
    before = await backend(tx);
    throw reason;
  });
  await expect(attempt).rejects.toBe(reason);
  expect(await db.system(backend)).toBe(before);
});

it.each(['commit', 'rollback', 'end; select 1'])('rejects where fn ends the transaction itself by %j', async (statement) => {
  const attempt = database.db('sample').tenant(acme, async (tx) => {
    await tx.query(statement).catch(() => []);
    await tx.query(insert, ['outside']);
  });
  await expect(attempt).rejects.toMatchObject({ code: 'POSTGRES_TRANSACTION_FINISHED' });
  await expect(database.db('sample').tenant(acme, (tx) => tx.query(statement))).rejects.toMatchObject({
    code: 'POSTGRES_TRANSACTION_LEFT',
  });
  const swallowed = database.db('sample').tenant(acme, async (tx) => {
    await tx.query(statement).catch(() => []);
  });
  await expect(swallowed).rejects.toMatchObject({ code: 'POSTGRES_TRANSACTION_LEFT' });
  expect(await stored('outside')).toBe(0);
});

it('runs queries that are made at once one after the other', async () => {
  const rows = await database.db('sample').system((tx) => Promise.all([1, 2, 3].map((n) => tx.query('select $1::int as n', [n]))));
  expect(rows).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
});

it('rejects where a failed statement was swallowed, since nothing was stored', async () => {
  const attempt = database.db('sample').tenant(acme, async (tx) => {
    await tx.query(insert, ['swallowed']);
    await tx.query('select 1 / 0').catch(() => []);
  });
  await expect(attempt).rejects.toMatchObject({ code: 'POSTGRES_TRANSACTION_ABORTED', cause: { code: '22012' } });
  expect(await stored('swallowed')).toBe(0);
});

it('lets a savepoint take back a failed statement', async () => {
  await database.db('sample').tenant(acme, async (tx) => {
    await tx.query(insert, ['before the savepoint']);
    await tx.query('savepoint here');
    await tx.query('select 1 / 0').catch(() => []);
    await tx.query('rollback to savepoint here');
  });
  expect(await stored('before the savepoint')).toBe(1);
});

it('refuses a query after the end', async () => {
  let kept: TenantTx | undefined;
  await database.db('sample').tenant(acme, async (tx) => {
    kept = tx;
  });
  await expect(kept?.query('select 1')).rejects.toMatchObject({ code: 'POSTGRES_TRANSACTION_FINISHED' });
});

it('gives bigint and date as text, timestamps as Date, json parsed', async () => {
  const [row] = await database.db('sample').statement(
    `select 9007199254740993 as big, array[9007199254740993] as bigs, '2026-03-01'::date as day,
              '2026-03-01T12:00:00Z'::timestamptz as at, '{"a":[1]}'::jsonb as json`,
  );
  expect(row).toEqual({
    big: '9007199254740993',
    bigs: ['9007199254740993'],
    day: '2026-03-01',
    at: new Date('2026-03-01T12:00:00Z'),
    json: { a: [1] },
  });
});

it('passes SQL errors on with their state', async () => {
  const error: unknown = await database
    .db('sample')
    .system(async (tx) => {
      await tx.query("insert into position values ('twice', 1)");
      await tx.query("insert into position values ('twice', 1)");
    })
    .catch((reason: unknown) => reason);
  expect(sqlState(error)).toBe('23505');
});

it.each(['40001', '40P01'])('tries again after %s, at most three times', async (state) => {
  let calls = 0;
  const fails = (times: number) => async (tx: SystemTx) => {
    calls += 1;
    await tx.query('insert into position values ($1, 1)', [`retried ${state} ${times}`]);
    if (calls <= times) await tx.query('select fail_with($1)', [state]);
    return calls;
  };

  expect(await database.db('sample').system(fails(3))).toBe(4);
  expect(await database.admin('sample')('select 1 from position where reader = $1', [`retried ${state} 3`])).toHaveLength(1);

  calls = 0;
  await expect(database.db('sample').system(fails(9))).rejects.toMatchObject({
    code: 'POSTGRES_CONTENTION',
    retryable: true,
    cause: { code: state },
  });
  expect(calls).toBe(4);
});

it('resolves a real deadlock by itself', async () => {
  const db = database.db('sample');
  await db.statement("insert into position values ('left', 0), ('right', 0)");
  let waiting = 0;
  let bothHold: () => void = () => {};
  const both = new Promise<void>((resolve) => {
    bothHold = resolve;
  });
  const update = (first: string, second: string) =>
    db.system(async (tx) => {
      await tx.query('update position set at = at + 1 where reader = $1', [first]);
      waiting += 1;
      if (waiting >= 2) bothHold();
      await both;
      await tx.query('update position set at = at + 1 where reader = $1', [second]);
    });

  await Promise.all([update('left', 'right'), update('right', 'left')]);

  expect(await db.statement("select at from position where reader in ('left', 'right')")).toEqual([{ at: '2' }, { at: '2' }]);
});

it.each(['', 'Acme', "a' or true --", 'ä', 'x'.repeat(41)])('refuses the tenant id %j', async (tenant) => {
  const attempt = database.db('sample').tenant(testContext({ tenant }), (tx) => tx.query('select 1'));
  await expect(attempt).rejects.toMatchObject({ code: 'POSTGRES_TENANT_INVALID', kind: 'invalid' });
});

it('refuses work of a kind that the domain has no role for', async () => {
  const attempt = database.db('sample_standard').platform(testContext(), 'looking', (tx) => tx.query('select 1'));
  await expect(attempt).rejects.toMatchObject({ code: 'POSTGRES_ROLE_MISSING' });
});

it('bounds each statement by the deadline of the context', async () => {
  const db = database.db('sample');
  const late = { ...acme, deadline: Date.now() - 1 };
  await expect(db.tenant(late, (tx) => tx.query('select 1'))).rejects.toMatchObject({ code: 'POSTGRES_TIMEOUT', retryable: true });

  const soon = { ...acme, deadline: Date.now() + 150 };
  await expect(db.tenant(soon, (tx) => tx.query('select pg_sleep(10)'))).rejects.toMatchObject({ code: 'POSTGRES_TIMEOUT' });
});

it('has the domain as its only search path, and limits on every session', async () => {
  const settings = await database.db('sample').statement(
    `select current_setting('search_path') as path, current_setting('statement_timeout') as statement,
            current_setting('idle_in_transaction_session_timeout') as idle, current_setting('lock_timeout') as lock`,
  );
  expect(settings).toEqual([{ path: 'sample', statement: '30s', idle: '30s', lock: '10s' }]);
});
