import { silentLog } from '@etis/kernel';
import { startTestServer, type TestServer, testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cluster, sample } from '../../fixtures/domains.ts';
import { type AdminAccess, type AdminSession, type DatabaseAccess, type Domain, openAdmin, openDomain, prepare, roles } from '../index.ts';

/** Roles and passwords belong to the server as a whole, so these tests have one to themselves. */
let server: TestServer;
let superuser: AdminSession;
beforeAll(async () => {
  server = await startTestServer();
  superuser = await openAdmin(server.admin);
});
afterAll(async () => {
  await superuser.close();
  await server.stop();
});

const clusterRoleName = cluster.roles.tenant ?? '';
const control: Domain = { name: 'control', migrations: [], roles: { tenant: roles.app, platform: roles.platform } };

async function worksIn(domain: Domain, access: DatabaseAccess): Promise<string> {
  const db = openDomain({ domain, access, log: silentLog });
  onTestFinished(() => db.close());
  const [row] = await db.tenant(testContext({ tenant: 'acme' }), (tx) => tx.query<{ role: string }>('select current_user as role'));
  return row?.role ?? '';
}

function prepareEach(databasePrefix: string, existing?: DatabaseAccess): Promise<DatabaseAccess> {
  const options = { admin: server.admin, domains: [sample, cluster], layout: 'each', databasePrefix, log: silentLog } as const;
  return prepare(existing === undefined ? options : { ...options, existing });
}

it('draws a password of its own for each login role, and the server never sees one', async () => {
  const access = await prepareEach('drawn');

  expect(Object.keys(access.passwords).sort()).toEqual(
    [...new Set([roles.app, roles.audit, roles.auth, roles.platform, roles.spine, ...Object.values(cluster.roles)])].sort(),
  );
  const drawn = Object.values(access.passwords);
  expect(new Set(drawn).size).toBe(drawn.length);
  expect(drawn.every((password) => password.length >= 43)).toBe(true);
  const stored = await superuser.query(
    "select rolpassword from pg_authid where rolname like 'etis\\_%' and rolcanlogin and rolname <> $1",
    [server.admin.user],
  );
  expect(stored).toHaveLength(drawn.length);
  expect(stored.every((row) => /^SCRAM-SHA-256\$4096:/.test(String(row.rolpassword)))).toBe(true);
});

it('keeps the passwords that it is given, and sets others anew', async () => {
  const first = await prepareEach('kept');

  const again = await prepareEach('kept', first);
  expect(again).toEqual(first);
  expect(await worksIn(sample, first)).toBe(roles.app);

  const anew = await prepareEach('kept');
  expect(anew.passwords[roles.app]).not.toBe(first.passwords[roles.app]);
  expect(await worksIn(sample, anew)).toBe(roles.app);
  await expect(worksIn(sample, first)).rejects.toMatchObject({ code: 'POSTGRES_LOGIN_REFUSED' });

  await prepareEach('kept', first);
  expect(await worksIn(sample, first)).toBe(roles.app);
});

it('takes from a role the powers that it was given by hand', async () => {
  const access = await prepareEach('powers');
  await superuser.query(`alter role ${roles.app} superuser bypassrls createrole; alter role ${roles.owner} login`);

  await prepareEach('powers', access);

  const rows = await superuser.query(
    `select rolsuper or rolbypassrls or rolcreaterole as powerful, rolcanlogin as login from pg_roles
     where rolname in ('${roles.app}', '${roles.owner}') order by rolname`,
  );
  expect(rows).toEqual([
    { powerful: false, login: true },
    { powerful: false, login: false },
  ]);
});

it('grants again where a role was lost and made anew', async () => {
  const access = await prepareEach('lost');
  for (const { datname } of await superuser.query("select datname from pg_database where datname not like 'template_'")) {
    const session = await openAdmin({ ...server.admin, database: String(datname) });
    await session.query(`drop owned by ${clusterRoleName}`);
    await session.close();
  }
  await superuser.query(`drop role ${clusterRoleName}`);

  await prepareEach('lost', access);

  expect(await worksIn(cluster, access)).toBe(clusterRoleName);
});

it.each(['one', 'each'] as const)('refuses to begin anew beside the data of another layout (now %s)', async (layout) => {
  const options = { admin: server.admin, domains: [sample], databasePrefix: `moved_${layout}`, log: silentLog } as const;
  const existing = await prepare({ ...options, layout: layout === 'one' ? 'each' : 'one' });
  await expect(prepare({ ...options, layout, existing })).rejects.toMatchObject({ code: 'POSTGRES_LAYOUT_CHANGED', kind: 'setup' });
});

it('puts the domains into the database that the administrator names', async () => {
  await superuser.query('create database platform');
  const access = await prepare({
    admin: { ...server.admin, database: 'platform' },
    domains: [sample, control],
    layout: 'one',
    log: silentLog,
  });
  expect(access.databases).toEqual({ sample: 'platform', control: 'platform' });
  expect(await worksIn(sample, access)).toBe(roles.app);
});

describe('an administrator who is no superuser, as on a managed server', () => {
  let managed: TestServer;
  beforeAll(async () => {
    managed = await startTestServer();
    const session = await openAdmin(managed.admin);
    await session.query("create role intern login password 'x'; create role boss login createrole createdb password 'x'");
    await session.query('create database own owner boss');
    await session.close();
  });
  afterAll(() => managed.stop());

  function adminAs(user: string, database: string): AdminAccess {
    return { ...managed.admin, user, password: 'x', database };
  }

  it('is told what he may not do', async () => {
    const options = { admin: adminAs('intern', 'postgres'), domains: [sample], layout: 'one', log: silentLog } as const;
    await expect(prepare(options)).rejects.toMatchObject({
      code: 'POSTGRES_ADMIN_REFUSED',
      kind: 'setup',
      message: expect.stringContaining('"intern" may not prepare the database: permission denied'),
    });
  });

  it.each(['postgres', 'own'])('prepares all layouts, logged in to %s', async (database) => {
    const domains = [sample, cluster, control];
    for (const layout of ['one', 'each'] as const) {
      const options = { admin: adminAs('boss', database), domains, layout, databasePrefix: `of_${database}`, log: silentLog };
      const access = await prepare(options);
      for (const domain of domains) expect(await worksIn(domain, access)).toBe(domain.roles.tenant);
      await prepare({ ...options, existing: access });
    }
  });
});

it("does not make one of the administrator's login a role of a domain", async () => {
  const domain: Domain = { ...sample, roles: { tenant: 'etis_boss' } };
  const admin = { ...server.admin, user: 'etis_boss' };
  await expect(prepare({ admin, domains: [domain], layout: 'one', log: silentLog })).rejects.toMatchObject({
    code: 'POSTGRES_DOMAIN_INVALID',
  });
});
