import { testContext } from '@etis/testing';
import { expect, it } from 'vitest';
import { cluster, migrationFolder, noteTable, sample } from '../../fixtures/domains.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { type Domain, roles } from '../domain.ts';
import { preparedState } from '../index.ts';

const control: Domain = { name: 'control', migrations: [], roles: { tenant: roles.app, platform: roles.platform } };
const spine: Domain = { name: 'spine', migrations: [], roles: { system: roles.spine } };
const acme = testContext({ tenant: 'acme' });

it.each(['one', 'each'] as const)('puts the domains into place under layout %s, where they work', async (layout) => {
  const databases = scratch();
  const access = await databases.prepare([sample, cluster], layout);

  expect(access.databases).toEqual(
    layout === 'one'
      ? { sample: databases.prefix, sample_standard: databases.prefix }
      : { sample: `${databases.prefix}_sample`, sample_standard: `${databases.prefix}_sample_standard` },
  );
  for (const domain of [sample, cluster]) {
    const db = databases.open(domain, access);
    await db.tenant(acme, (tx) => tx.query("insert into note (tenant_id, text) values ('acme', 'here')"));
    expect(await db.tenant(acme, (tx) => tx.query('select text from note'))).toEqual([{ text: 'here' }]);
  }
});

it('lets into each database only the roles of its domains', async () => {
  const databases = scratch();
  const access = await databases.prepare([control, spine, sample], 'each');
  const session = await databases.admin('postgres');
  const rows = await session.query<{ domain: string; role: string }>(
    `select d.domain, r.rolname as role
     from unnest($1::text[], $2::text[]) as d(domain, name), pg_roles r
     where r.rolname = any($3) and has_database_privilege(r.oid, d.name, 'connect') order by 1, 2`,
    [Object.keys(access.databases), Object.values(access.databases), Object.values(roles).filter((role) => role !== roles.owner)],
  );
  expect(rows).toEqual([
    { domain: 'control', role: roles.app },
    { domain: 'control', role: roles.audit },
    { domain: 'control', role: roles.auth },
    { domain: 'control', role: roles.platform },
    { domain: 'sample', role: roles.app },
    { domain: 'sample', role: roles.audit },
    { domain: 'sample', role: roles.platform },
    { domain: 'sample', role: roles.spine },
    { domain: 'spine', role: roles.audit },
    { domain: 'spine', role: roles.spine },
  ]);

  const lost = databases.open({ ...control, roles: { system: roles.spine } }, access);
  await expect(lost.statement('select 1')).rejects.toMatchObject({ code: 'POSTGRES_LOGIN_REFUSED' });
});

it('keeps spine and control apart in one database', async () => {
  const databases = scratch();
  const folder = await migrationFolder({
    '0001-tenant.sql': "create table tenant (id text); comment on table tenant is 'platform: tenants';",
  });
  const inbox = await migrationFolder({ '0001-inbox.sql': "create table inbox (id text); comment on table inbox is 'spine: deliveries';" });
  const domains = [
    { ...control, migrations: [folder] },
    { ...spine, migrations: [inbox] },
  ];
  const access = await databases.prepare(domains);
  const refused = { code: '42501' };

  await expect(databases.open(spine, access).statement('select * from control.tenant')).rejects.toMatchObject(refused);
  const db = databases.open(control, access);
  await expect(db.tenant(acme, (tx) => tx.query('select * from spine.inbox'))).rejects.toMatchObject(refused);
  await expect(db.platform(testContext(), 'trying', (tx) => tx.query('select * from spine.inbox'))).rejects.toMatchObject(refused);
});

it('gives the authentication role its own schema and nothing else', async () => {
  const databases = scratch();
  const access = await databases.prepare([control, spine]);
  const session = await databases.admin(databases.prefix);
  await session.query(`begin; set local role ${roles.owner}; create table auth.account (id text); commit`);

  const schemas = await session.query(
    `select nspname from pg_namespace where nspname !~ '^(pg_|information_schema|public)' and has_schema_privilege('${roles.auth}', oid, 'usage')`,
  );
  expect(schemas).toEqual([{ nspname: 'auth' }]);
  const auth = databases.open({ ...control, roles: { system: roles.auth } }, access);
  await auth.statement("insert into auth.account values ('a')");
  await expect(auth.statement('create table auth.mine (id text)')).rejects.toMatchObject({ code: '42501' });
  await expect(auth.statement('select * from control.audit_entry')).rejects.toMatchObject({ code: '42501' });
  for (const role of [roles.app, roles.platform, roles.spine]) {
    const other = databases.open({ ...control, roles: { system: role } }, access);
    await expect(other.statement('select * from auth.account')).rejects.toMatchObject({ code: '42501' });
  }
});

it('can run many times at once', async () => {
  const databases = scratch();
  const results = await Promise.all(Array.from({ length: 5 }, () => databases.prepare([sample, cluster], 'each')));

  for (const access of results) expect(access).toEqual(results[0]);
  const session = await databases.admin(`${databases.prefix}_sample`);
  const [row] = await session.query('select count(*)::int as total, count(distinct name)::int as names from sample.schema_migration');
  expect(row).toEqual({ total: 4, names: 4 });
});

it('writes nothing where nothing is to be done', async () => {
  const databases = scratch();
  await databases.prepare([sample, cluster]);
  const session = await databases.admin(databases.prefix);
  // Every relation, policy, grant and comment is a row of the catalogue, with the transaction that wrote it.
  const lastWrite = () =>
    session.query(
      `select (select max(xmin::text::bigint) from pg_class) as classes, (select max(xmin::text::bigint) from pg_policy) as policies,
              (select max(xmin::text::bigint) from pg_namespace) as schemas, (select max(xmin::text::bigint) from pg_description) as comments,
              (select max(xmin::text::bigint) from pg_proc) as functions`,
    );
  const before = await lastWrite();

  await databases.prepare([sample, cluster]);

  expect(await lastWrite()).toEqual(before);
});

it('brings only the domain that changed to its new state', async () => {
  const databases = scratch();
  await databases.prepare([sample, cluster]);
  const session = await databases.admin(databases.prefix);
  const states = () => session.query("select nspname, xmin::text from pg_namespace where nspname like 'sample%' order by 1");
  const [before, clusterBefore] = await states();

  const more = await migrationFolder({ '0001-more.sql': noteTable('more') });
  await databases.prepare([{ ...sample, migrations: [...sample.migrations, more] }, cluster]);

  const [after, clusterAfter] = await states();
  expect(after).not.toEqual(before);
  expect(clusterAfter).toEqual(clusterBefore);
});

it('follows a change of roles', async () => {
  const databases = scratch();
  await databases.prepare([sample]);
  await databases.prepare([{ ...sample, roles: { tenant: roles.app, platform: roles.platform } }]);

  const session = await databases.admin(databases.prefix);
  const [held] = await session.query(
    `select has_schema_privilege('${roles.spine}', 'sample', 'usage') as usage, has_table_privilege('${roles.spine}', 'sample.position', 'select') as rows`,
  );
  expect(held).toEqual({ usage: false, rows: false });
});

it('says where a domain is not valid', async () => {
  const broken: readonly Domain[] = [
    { ...sample, name: 'Sample' },
    { ...sample, name: 'public' },
    { ...sample, name: 'pg_sample' },
    { ...sample, name: 'x'.repeat(41) },
    { ...sample, roles: { tenant: 'postgres' } },
    { ...sample, roles: { system: roles.owner } },
    { ...sample, roles: { tenant: roles.app, platform: roles.app } },
  ];
  for (const domain of broken) {
    await expect(scratch().prepare([domain])).rejects.toMatchObject({ code: 'POSTGRES_DOMAIN_INVALID', kind: 'setup' });
  }
  await expect(scratch().prepare([sample, sample])).rejects.toMatchObject({ code: 'POSTGRES_DOMAIN_INVALID' });
});

it("leaves a schema that is not the platform's alone", async () => {
  const databases = scratch();
  await databases.prepare([control]);
  const session = await databases.admin(databases.prefix);
  await session.query('create schema sample; create table sample.theirs (n int)');

  await expect(databases.prepare([sample])).rejects.toMatchObject({ code: 'POSTGRES_SCHEMA_TAKEN' });
  expect(await session.query("select relname from pg_class where relnamespace = 'sample'::regnamespace")).toEqual([{ relname: 'theirs' }]);
});

it('tells by one digest whether anything would change', async () => {
  const folder = await migrationFolder({ '0001-more.sql': noteTable('more') });
  const before = await preparedState([sample, cluster]);

  expect(await preparedState([sample, cluster])).toBe(before);
  expect(await preparedState([sample])).not.toBe(before);
  expect(await preparedState([{ ...sample, migrations: [...sample.migrations, folder] }, cluster])).not.toBe(before);
});
