import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cluster, sample } from '../fixtures/domains.ts';
import { roles, sqlState } from './index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [sample, cluster] });
});
afterAll(() => database.drop());

const acme = testContext({ tenant: 'acme' });
const bolt = testContext({ tenant: 'bolt' });
const refused = { code: '42501' };

function addNote(context: typeof acme, tenant: string, domain = 'sample') {
  return database
    .db(domain)
    .tenant(context, (tx) => tx.query('insert into note (tenant_id, text) values ($1, $2)', [tenant, `of ${tenant}`]));
}

it('shows a tenant its own rows only, through the table, the view and a partitioned table', async () => {
  await addNote(acme, 'acme');
  await addNote(bolt, 'bolt');
  await database.db('sample').tenant(acme, (tx) => tx.query("insert into reading values ('acme', '2026-03-01', 7)"));

  const [notes, lengths, readings] = await database
    .db('sample')
    .tenant(bolt, async (tx) => [
      await tx.query('select distinct tenant_id from note'),
      await tx.query('select distinct tenant_id from note_length'),
      await tx.query('select * from reading'),
    ]);

  expect(notes).toEqual([{ tenant_id: 'bolt' }]);
  expect(lengths).toEqual([{ tenant_id: 'bolt' }]);
  expect(readings).toEqual([]);
});

it('refuses a row for another tenant, by insert and by update', async () => {
  await addNote(acme, 'acme');

  await expect(addNote(acme, 'bolt')).rejects.toMatchObject(refused);
  await expect(database.db('sample').tenant(acme, (tx) => tx.query("update note set tenant_id = 'bolt'"))).rejects.toMatchObject(refused);
  await expect(
    database.db('sample').tenant(acme, (tx) => tx.query("insert into reading values ('bolt', '2026-03-01', 7)")),
  ).rejects.toMatchObject(refused);
});

it("does not touch another tenant's rows, whatever the statement says", async () => {
  await addNote(bolt, 'bolt');
  const before = await database.admin('sample')("select count(*) from note where tenant_id = 'bolt'");

  await database.db('sample').tenant(acme, async (tx) => {
    await tx.query("update note set text = 'taken'");
    await tx.query("delete from note where tenant_id = 'bolt'");
  });

  expect(await database.admin('sample')("select count(*) from note where tenant_id = 'bolt'")).toEqual(before);
  expect(await database.admin('sample')("select 1 from note where tenant_id = 'bolt' and text = 'taken'")).toEqual([]);
});

it('shows nothing where no tenant is set, also after one was', async () => {
  await addNote(acme, 'acme', 'sample_standard');
  const db = database.db('sample_standard');
  await db.tenant(acme, (tx) => tx.query('select 1'));

  expect(await db.statement('select * from note')).toEqual([]);
  expect(await db.system((tx) => tx.query('select * from note'))).toEqual([]);
  await expect(db.statement("insert into note (tenant_id, text) values ('acme', 'x')")).rejects.toMatchObject(refused);
});

it('is forced on the owner too', async () => {
  await addNote(acme, 'acme');

  const seen = await database.admin('sample')(`begin; set local role ${roles.owner}; select count(*)::int as rows from note; `);
  await database.admin('sample')('rollback');

  expect(seen).toEqual([{ rows: 0 }]);
});

it('lets the platform read across tenants and change nothing of theirs', async () => {
  await addNote(acme, 'acme');
  await addNote(bolt, 'bolt');
  const context = testContext();

  const tenants = await database
    .db('sample')
    .platform(context, 'counting notes for an invoice', (tx) => tx.query('select distinct tenant_id from note order by 1'));

  expect(tenants).toEqual([{ tenant_id: 'acme' }, { tenant_id: 'bolt' }]);
  for (const statement of ["insert into note (tenant_id, text) values ('acme', 'x')", 'update note set text = null', 'delete from note']) {
    await expect(database.db('sample').platform(context, 'trying', (tx) => tx.query(statement))).rejects.toMatchObject(refused);
  }
});

it.each(['sample', 'sample_standard'])('gives a shared table of %s to a tenant by row and to the machinery whole', async (domain) => {
  const db = database.db(domain);
  const add = (context: typeof acme, tenant: string) =>
    db.tenant(context, (tx) => tx.query("insert into outgoing (tenant_id, body) values ($1, '{}')", [tenant]));
  await add(acme, 'acme');
  await add(bolt, 'bolt');

  expect(await db.tenant(acme, (tx) => tx.query('select distinct tenant_id from outgoing'))).toEqual([{ tenant_id: 'acme' }]);
  await expect(add(acme, 'bolt')).rejects.toMatchObject(refused);
  expect(await db.system((tx) => tx.query('select distinct tenant_id from outgoing order by 1'))).toEqual([
    { tenant_id: 'acme' },
    { tenant_id: 'bolt' },
  ]);
  expect(await db.statement('delete from outgoing returning tenant_id')).toHaveLength(2);
});

it('keeps the roles out of what is not of their class', async () => {
  const db = database.db('sample');
  const attempts = [
    db.tenant(acme, (tx) => tx.query('select * from plan')),
    db.tenant(acme, (tx) => tx.query('select * from position')),
    db.platform(testContext(), 'trying', (tx) => tx.query('select * from position')),
    db.platform(testContext(), 'trying', (tx) => tx.query('select * from outgoing')),
    db.system((tx) => tx.query('select * from note')),
    db.system((tx) => tx.query('select * from plan')),
    db.tenant(acme, (tx) => tx.query('select * from reading_2026')),
    db.system((tx) => tx.query('delete from schema_migration')),
    db.platform(testContext(), 'trying', (tx) => tx.query('delete from schema_migration')),
    db.tenant(acme, (tx) => tx.query('create table mine (n int)')),
    db.tenant(acme, (tx) => tx.query('create table public.mine (n int)')),
    db.tenant(acme, (tx) => tx.query('create temporary table mine (n int)')),
    db.tenant(acme, (tx) => tx.query(`set role ${roles.owner}`)),
  ];
  for (const attempt of await Promise.allSettled(attempts)) {
    expect(attempt.status === 'rejected' && sqlState(attempt.reason)).toBe('42501');
  }
});

it('keeps one domain out of the schema of another, even in the same database', async () => {
  await expect(database.db('sample').tenant(acme, (tx) => tx.query('select * from sample_standard.note'))).rejects.toMatchObject(refused);
  await expect(database.db('sample_standard').tenant(acme, (tx) => tx.query('select * from sample.note'))).rejects.toMatchObject(refused);
  await expect(database.db('sample').system((tx) => tx.query('select * from sample_standard.position'))).rejects.toMatchObject(refused);
});

it('keeps what any two tenants write apart', async () => {
  const tenant = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);
  const db = database.db('sample');
  await fc.assert(
    fc.asyncProperty(
      tenant,
      tenant,
      fc.string().filter((text) => !text.includes('\0')),
      async (writer, reader, text) => {
        await db.tenant(testContext({ tenant: writer }), (tx) =>
          tx.query('insert into note (tenant_id, text) values ($1, $2)', [writer, text]),
        );
        const seen = await db.tenant(testContext({ tenant: reader }), (tx) =>
          tx.query<{ tenant_id: string }>('select tenant_id from note'),
        );
        expect(seen.every((row) => row.tenant_id === reader)).toBe(true);
        expect(seen.length > 0 || writer !== reader).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});
