import { createHash, randomBytes } from 'node:crypto';
import { type AdminAccess, adminAccessFromUrl, openAdmin } from '@etis/postgres';
import type { TestProject } from 'vitest/node';
import { testEnvironment } from './environment.ts';
import { findChromium } from './find-chromium.ts';
import { findRedis } from './find-redis.ts';
import type { TestRun } from './test-run.ts';
import { startTestServer } from './test-server.ts';

/**
 * Vitest's global setup: one PostgreSQL for the whole run, embedded in a temporary folder that is deleted at the end, or the server of
 * `DATABASE_URL`, of which only the run's own databases are dropped.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { databaseUrl, isCi } = testEnvironment();
  findRedis(isCi);
  findChromium(isCi);
  const databasePrefix = `etis_test_${randomBytes(4).toString('hex')}`;

  if (databaseUrl === undefined) {
    const server = await startTestServer();
    project.provide('etisTestRun', { admin: server.admin, databasePrefix, passwordSeed: randomBytes(32).toString('hex') });
    return () => server.stop();
  }

  const admin = { ...adminAccessFromUrl(databaseUrl), database: 'postgres' };
  // Two runs on one server share its roles, hence their passwords.
  const passwordSeed = createHash('sha256').update(databaseUrl).digest('hex');
  project.provide('etisTestRun', { admin, databasePrefix, passwordSeed } satisfies TestRun);
  return () => dropDatabases(admin, databasePrefix);
}

async function dropDatabases(admin: AdminAccess, prefix: string): Promise<void> {
  const session = await openAdmin(admin);
  try {
    const rows = await session.query<{ name: string }>(
      "select quote_ident(datname) as name from pg_database where datname like $1 || '%'",
      [prefix.replaceAll('_', '\\_')],
    );
    for (const { name } of rows) {
      await session.query(`alter database ${name} is_template false`);
      await session.query(`drop database ${name} with (force)`);
    }
  } finally {
    await session.close();
  }
}
