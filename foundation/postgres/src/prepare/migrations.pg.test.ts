import { rm } from 'node:fs/promises';
import { testContext } from '@etis/testing';
import { expect, it } from 'vitest';
import { migrationFolder, noteTable, writeMigrations } from '../../fixtures/domains.ts';
import { type Scratch, scratch } from '../../fixtures/scratch.ts';
import { type Domain, roles } from '../domain.ts';

function domainOf(...migrations: URL[]): Domain {
  return { name: 'garden', migrations, roles: { tenant: roles.app, platform: roles.platform, system: roles.spine } };
}

async function tables(databases: Scratch): Promise<readonly unknown[]> {
  const session = await databases.admin(databases.prefix);
  const rows = await session.query("select relname from pg_class where relnamespace = 'garden'::regnamespace and relkind = 'r' order by 1");
  return rows.map((row) => row.relname).filter((name) => name !== 'audit_entry' && name !== 'schema_migration');
}

it('applies folder by folder, in order, and records what it applied', async () => {
  const databases = scratch();
  const first = await migrationFolder({ '0002-bed.sql': 'alter table plant add column bed text;', '0001-plant.sql': noteTable('plant') });
  const second = await migrationFolder({ '0001-tool.sql': noteTable('tool').replace('text text', 'plant text, bed text') });
  await databases.prepare([domainOf(first, second)]);

  const session = await databases.admin(databases.prefix);
  const applied = await session.query('select name, sha256, applied_at from garden.schema_migration order by applied_at');
  expect(applied.map((row) => row.name)).toEqual([
    '0/0001-audit-entry.sql',
    '0/0002-audit-order.sql',
    '0/0003-audit-forgotten.sql',
    '1/0001-plant.sql',
    '1/0002-bed.sql',
    '2/0001-tool.sql',
  ]);
  expect(applied.every((row) => /^[0-9a-f]{64}$/.test(String(row.sha256)))).toBe(true);
});

it('applies a new file to a database with data in it, under the owner, to every tenant', async () => {
  const databases = scratch();
  const folder = await migrationFolder({ '0001-plant.sql': noteTable('plant') });
  const access = await databases.prepare([domainOf(folder)]);
  const db = databases.open(domainOf(folder), access);
  for (const tenant of ['acme', 'bolt']) {
    await db.tenant(testContext({ tenant }), (tx) => tx.query('insert into plant values ($1, null)', [tenant]));
  }

  await writeMigrations(folder, { '0002-fill.sql': "-- Fills what was left empty.\nupdate plant set text = 'rose';" });
  await databases.prepare([domainOf(folder)]);

  const seen = await db.tenant(testContext({ tenant: 'acme' }), (tx) => tx.query('select * from plant'));
  expect(seen).toEqual([{ tenant_id: 'acme', text: 'rose' }]);
  const session = await databases.admin(databases.prefix);
  expect(await session.query('select distinct text from garden.plant')).toEqual([{ text: 'rose' }]);
  expect(await session.query("select relforcerowsecurity as forced from pg_class where oid = 'garden.plant'::regclass")).toEqual([
    { forced: true },
  ]);
});

it('refuses an applied file that was changed', async () => {
  const databases = scratch();
  const folder = await migrationFolder({ '0001-plant.sql': noteTable('plant') });
  await databases.prepare([domainOf(folder)]);

  await writeMigrations(folder, { '0001-plant.sql': `${noteTable('plant')}-- changed` });

  await expect(databases.prepare([domainOf(folder)])).rejects.toMatchObject({
    code: 'POSTGRES_MIGRATION_CHANGED',
    kind: 'setup',
    message: expect.stringContaining('0001-plant.sql'),
  });
});

it('refuses a database that knows more than this version', async () => {
  const databases = scratch();
  const folder = await migrationFolder({ '0001-plant.sql': noteTable('plant'), '0002-tool.sql': noteTable('tool') });
  await databases.prepare([domainOf(folder)]);

  await rm(new URL('0002-tool.sql', folder));

  await expect(databases.prepare([domainOf(folder)])).rejects.toMatchObject({ code: 'POSTGRES_MIGRATION_UNKNOWN' });
});

it('refuses a new file that comes before an applied one', async () => {
  const databases = scratch();
  const folder = await migrationFolder({ '0002-plant.sql': noteTable('plant') });
  await databases.prepare([domainOf(folder)]);

  await writeMigrations(folder, { '0001-tool.sql': noteTable('tool') });

  await expect(databases.prepare([domainOf(folder)])).rejects.toMatchObject({ code: 'POSTGRES_MIGRATION_ORDER' });
});

it.each(['1-plant.sql', '0001_plant.sql', '0001-Plant.sql', 'plant.sql'])('refuses a file named %s', async (name) => {
  const folder = await migrationFolder({ [name]: noteTable('plant') });
  await expect(scratch().prepare([domainOf(folder)])).rejects.toMatchObject({ code: 'POSTGRES_MIGRATION_NAME' });
});

it('refuses two files of one number', async () => {
  const folder = await migrationFolder({ '0001-plant.sql': noteTable('plant'), '0001-tool.sql': noteTable('tool') });
  await expect(scratch().prepare([domainOf(folder)])).rejects.toMatchObject({ code: 'POSTGRES_MIGRATION_NAME' });
});

it('takes nothing of a set in which one file fails, and all of it once that one is mended', async () => {
  const databases = scratch();
  const folder = await migrationFolder({ '0001-plant.sql': noteTable('plant'), '0002-tool.sql': `${noteTable('tool')}select 1 / 0;` });

  await expect(databases.prepare([domainOf(folder)])).rejects.toMatchObject({
    code: 'POSTGRES_MIGRATION_FAILED',
    message: expect.stringMatching(/0002-tool\.sql.*division by zero/),
  });
  expect(await tables(databases)).toEqual([]);

  await writeMigrations(folder, { '0002-tool.sql': noteTable('tool') });
  await databases.prepare([domainOf(folder)]);
  expect(await tables(databases)).toEqual(['plant', 'tool']);
});

const refusals: readonly [what: string, code: string, sql: string][] = [
  ['a table without a class', 'CLASS_MISSING', 'create table plant (n int);'],
  ['a class that does not exist', 'CLASS_MISSING', "create table plant (n int); comment on table plant is 'private: no such class';"],
  ['a class without a sentence', 'CLASS_MISSING', "create table plant (n int); comment on table plant is 'spine:';"],
  ['a view without a class', 'CLASS_MISSING', 'create view plant with (security_invoker = true) as select 1 as n;'],
  ['a partitioned table without a class', 'CLASS_MISSING', 'create table plant (n int) partition by range (n);'],
  ['a tenant table without tenant_id', 'CLASS_BROKEN', "create table plant (n int); comment on table plant is 'tenant: x';"],
  [
    'a tenant table with a nullable tenant_id',
    'CLASS_BROKEN',
    "create table plant (tenant_id text); comment on table plant is 'tenant: x';",
  ],
  [
    'a shared table with a numeric tenant_id',
    'CLASS_BROKEN',
    "create table plant (tenant_id int not null); comment on table plant is 'shared: x';",
  ],
  ['a view that runs as its owner', 'CLASS_BROKEN', "create view plant as select 1 as n; comment on view plant is 'spine: x';"],
  [
    'a materialized view',
    'CLASS_BROKEN',
    "create materialized view plant as select 1 as n; comment on materialized view plant is 'platform: x';",
  ],
  [
    'a security definer function without a search path',
    'CLASS_BROKEN',
    "create function plant() returns int language sql security definer as 'select 1';",
  ],
];

it.each(refusals)('refuses %s', async (_, code, sql) => {
  const databases = scratch();
  const folder = await migrationFolder({ '0001-plant.sql': sql });

  await expect(databases.prepare([domainOf(folder)])).rejects.toMatchObject({
    code: `POSTGRES_${code}`,
    kind: 'setup',
    message: expect.stringContaining('garden.plant'),
  });
  expect(await tables(databases)).toEqual([]);
});

it('takes back what a migration granted or allowed by itself', async () => {
  const databases = scratch();
  const folder = await migrationFolder({
    '0001-plant.sql': `${noteTable('plant')}
      grant all on plant to public; grant select (text) on plant to ${roles.spine};
      create policy everyone on plant using (true); grant all on schema garden to public;`,
  });
  await databases.prepare([domainOf(folder)]);

  const session = await databases.admin(databases.prefix);
  const [held] = await session.query(
    `select has_any_column_privilege('${roles.spine}', 'garden.plant', 'select') as columns,
            has_table_privilege('${roles.app}', 'garden.plant', 'truncate') as truncate,
            has_schema_privilege('${roles.app}', 'garden', 'create') as make,
            has_schema_privilege('${roles.auth}', 'garden', 'usage') as strangers`,
  );
  expect(held).toEqual({ columns: false, truncate: false, make: false, strangers: false });
  expect(await session.query("select polname from pg_policy where polrelid = 'garden.plant'::regclass order by 1")).toEqual([
    { polname: 'platform_reads' },
    { polname: 'tenant_rows' },
  ]);
});
