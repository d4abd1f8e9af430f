import { randomBytes } from 'node:crypto';
import { silentLog } from '@etis/kernel';
import {
  type AdminSession,
  type DatabaseAccess,
  type Domain,
  type DomainDb,
  openAdmin,
  openDomain,
  prepare,
  preparedState,
  roles,
} from '@etis/postgres';
import { type TestRun, testPasswords, testRun } from './test-run.ts';

/** A database of a test's own, with every domain that the test asked for. */
export interface TestDatabase {
  readonly access: DatabaseAccess;
  /** The administrator's URL of the database, for what takes a `DATABASE_URL`. */
  readonly url: string;
  /** The domain as the product opens it; the same one on every call, closed by `drop`. */
  db(domain: string): DomainDb;
  /** Queries as the superuser, with the domain's schema as search path: for assertions on what is really stored. */
  admin(domain: string): AdminSession['query'];
  /** Closes what it opened and drops the database, whoever is still connected. Idempotent. */
  drop(): Promise<void>;
}

/** Any fixed number: one template is made at a time. */
const templateLock = 7_233_110_452;

/**
 * Clones a database from a template that is made once per run and set of domains. All domains live in the one database.
 * Call it in `beforeAll` or in the test, and `drop` afterwards.
 */
export async function createTestDatabase(options: { domains: readonly Domain[] }): Promise<TestDatabase> {
  const { domains } = options;
  const run = testRun();
  const session = await openAdmin(run.admin);
  const name = `${run.databasePrefix}_${randomBytes(6).toString('hex')}`;
  try {
    const template = await templateFor(session, run, domains);
    await session.query(`create database ${name} template ${template} strategy file_copy`);
    // The template's own grants on the database as a whole are not cloned with it.
    const guests = [...new Set<string>([roles.audit, ...domains.flatMap((domain) => Object.values(domain.roles))])];
    await session.query(`revoke all on database ${name} from public; grant connect on database ${name} to ${guests.join(', ')}`);
  } finally {
    await session.close();
  }
  return openTestDatabase(run, name, domains);
}

async function templateFor(session: AdminSession, run: TestRun, domains: readonly Domain[]): Promise<string> {
  const template = `${run.databasePrefix}_template_${(await preparedState(domains)).slice(0, 12)}`;
  if (await isReady(session, template)) return template;
  await session.query(`select pg_advisory_lock(${templateLock})`);
  try {
    if (await isReady(session, template)) return template;
    await prepare({
      admin: run.admin,
      domains,
      layout: 'one',
      databasePrefix: template,
      existing: accessTo(run, template, domains),
      log: silentLog,
    });
    // Says that it is complete, and keeps everyone out, since a database in use cannot be cloned.
    await session.query(`alter database ${template} with is_template true allow_connections false`);
    return template;
  } finally {
    await session.query(`select pg_advisory_unlock(${templateLock})`);
  }
}

async function isReady(session: AdminSession, template: string): Promise<boolean> {
  const rows = await session.query('select from pg_database where datname = $1 and datistemplate and not datallowconn', [template]);
  return rows.length > 0;
}

function accessTo(run: TestRun, database: string, domains: readonly Domain[]): DatabaseAccess {
  return {
    host: run.admin.host,
    port: run.admin.port,
    tls: run.admin.tls ?? 'off',
    databases: Object.fromEntries(domains.map((domain) => [domain.name, database])),
    passwords: testPasswords(run, domains),
  };
}

function openTestDatabase(run: TestRun, name: string, domains: readonly Domain[]): TestDatabase {
  const access = accessTo(run, name, domains);
  const opened = new Map<string, DomainDb>();
  const sessions = new Map<string, Promise<AdminSession>>();
  let dropping: Promise<void> | undefined;

  function domainOf(domain: string): Domain {
    const found = domains.find((candidate) => candidate.name === domain);
    if (found === undefined) throw new Error(`this test database was created without the domain "${domain}"`);
    return found;
  }

  async function dropAll(): Promise<void> {
    await Promise.all([...opened.values()].map((db) => db.close()));
    await Promise.all([...sessions.values()].map(async (session) => (await session).close()));
    const session = await openAdmin(run.admin);
    try {
      await session.query(`drop database if exists ${name} with (force)`);
    } finally {
      await session.close();
    }
  }

  return {
    access,
    url: urlOf(run, name),
    db(domain) {
      const db = opened.get(domain) ?? openDomain({ domain: domainOf(domain), access, log: silentLog });
      opened.set(domain, db);
      return db;
    },
    admin(domain) {
      const session = sessions.get(domain) ?? openAdmin({ ...run.admin, database: name }, { schema: domainOf(domain).name });
      sessions.set(domain, session);
      return async (text, values) => (await session).query(text, values);
    },
    drop() {
      dropping ??= dropAll();
      return dropping;
    },
  };
}

function urlOf({ admin }: TestRun, database: string): string {
  const login = `${encodeURIComponent(admin.user)}:${encodeURIComponent(admin.password)}`;
  const tls = admin.tls === undefined || admin.tls === 'off' ? 'disable' : admin.tls;
  // The folder of a Unix socket has no place where a URL has its host.
  if (admin.host.startsWith('/')) {
    return `postgres://${login}@localhost:${admin.port}/${database}?host=${encodeURIComponent(admin.host)}&sslmode=${tls}`;
  }
  return `postgres://${login}@${admin.host}:${admin.port}/${database}?sslmode=${tls}`;
}
