import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { adminAccessFromUrl, type Domain, openAdmin, preparedState, roles } from '@etis/postgres';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createTestDatabase, type TestDatabase, testContext, testRun } from './index.ts';

const other: Domain = { name: 'other', migrations: [], roles: { system: roles.spine } };
const acme = testContext({ tenant: 'acme' });
let folder: string;
let shelf: Domain;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-testing-'));
  await writeFile(
    join(folder, '0001-book.sql'),
    "-- Books.\ncreate table book (tenant_id text not null, title text);\ncomment on table book is 'tenant: books';\n",
  );
  shelf = { name: 'shelf', migrations: [pathToFileURL(`${folder}/`)], roles: { tenant: roles.app, system: roles.spine } };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function create(): Promise<TestDatabase> {
  const database = await createTestDatabase({ domains: [shelf, other] });
  onTestFinished(() => database.drop());
  return database;
}

function addBook(database: TestDatabase, title: string) {
  return database.db('shelf').tenant(acme, (tx) => tx.query("insert into book values ('acme', $1)", [title]));
}

it('gives each test a database of its own with every domain in it', async () => {
  const [first, second] = await Promise.all([create(), create()]);
  await addBook(first, 'Dune');

  expect(await first.admin('shelf')('select title from book')).toEqual([{ title: 'Dune' }]);
  expect(await second.admin('shelf')('select title from book')).toEqual([]);
  expect(await second.db('other').statement('select current_schema() as schema')).toEqual([{ schema: 'other' }]);
});

it('makes one template for the same domains, however many ask at once', async () => {
  await Promise.all([create(), create(), create()]);
  await create();

  const session = await openAdmin(testRun().admin);
  onTestFinished(() => session.close());
  const state = await preparedState([shelf, other]);
  const templates = await session.query("select 1 from pg_database where datistemplate and datname like '%' || $1", [state.slice(0, 12)]);
  expect(templates).toHaveLength(1);
});

it('is the database that the product would have: roles, row security, nobody else let in', async () => {
  const database = await create();
  await addBook(database, 'Dune');

  const bolt = testContext({ tenant: 'bolt' });
  expect(await database.db('shelf').tenant(bolt, (tx) => tx.query('select * from book'))).toEqual([]);
  const rows = await database.admin('shelf')(
    `select has_database_privilege('${roles.spine}', current_database(), 'connect') as own,
            has_database_privilege('${roles.auth}', current_database(), 'connect') as strange`,
  );
  expect(rows).toEqual([{ own: true, strange: false }]);
});

it('hands out one DomainDb per domain', async () => {
  const database = await create();
  expect(database.db('shelf')).toBe(database.db('shelf'));
  expect(() => database.db('cellar')).toThrow('without the domain "cellar"');
});

it('has a URL for what takes one', async () => {
  const database = await create();
  await addBook(database, 'Emma');
  const session = await openAdmin(adminAccessFromUrl(database.url));
  expect(await session.query('select title from shelf.book')).toEqual([{ title: 'Emma' }]);
  await session.close();
});

it('is gone after drop, although someone is connected', async () => {
  const database = await create();
  await addBook(database, 'Emma');
  const session = await openAdmin(adminAccessFromUrl(database.url));

  await database.drop();
  await database.drop();

  await expect(openAdmin(adminAccessFromUrl(database.url))).rejects.toMatchObject({ code: 'POSTGRES_LOGIN_REFUSED' });
  await session.close();
});
