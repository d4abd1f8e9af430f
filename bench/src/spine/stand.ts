import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@etis/kernel';
import {
  type AdminAccess,
  type AdminSession,
  createEmbeddedServer,
  type DatabaseAccess,
  type Domain,
  openAdmin,
  prepare,
} from '@etis/postgres';
import { hasRedis, type RedisServer, startRedis } from '@etis/testing';

/** The servers that all contenders share. */
export interface Stand {
  readonly redis: RedisServer | null;
  /** The administrator's session, for what the bench itself asks the server. */
  readonly session: AdminSession;
  /** A new, empty database. */
  database(): Promise<AdminAccess>;
  /** A new database with these domains as the platform sets them up: roles, grants and row security in force. */
  domains(domains: readonly Domain[]): Promise<DatabaseAccess>;
  /** The administrator's way into a database of the stand. */
  admin(database: string): AdminAccess;
  drop(database: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * One embedded PostgreSQL with the platform's own settings (synchronous_commit on) and one Redis that syncs its append-only file every second.
 * `flags` are further settings of PostgreSQL, the same for all who use it.
 */
export async function createStand(flags: readonly string[] = []): Promise<Stand> {
  const home = await mkdtemp(join(tmpdir(), 'etis-bench-'));
  // PostgreSQL runs as another user when this is run as root, and has to reach its folder in it.
  await chmod(home, 0o755);
  const server = createEmbeddedServer({ home, log: silentLog, flags, notice: () => {} });
  await server.start();
  const admin = server.admin();
  const redis = hasRedis() ? await startRedis('everysec') : null;
  const session = await openAdmin(admin);
  let existing: DatabaseAccess | undefined;
  let made = 0;

  return {
    redis,
    session,
    admin: (database) => ({ ...admin, database }),
    async database() {
      made += 1;
      const database = `bench_${made}`;
      await session.query(`create database ${database}`);
      return { ...admin, database };
    },
    async domains(domains) {
      made += 1;
      const databasePrefix = `bench_${made}`;
      const passwords = existing === undefined ? {} : { existing: { ...existing, databases: {} } };
      existing = await prepare({ admin, domains, layout: 'one', databasePrefix, log: silentLog, ...passwords });
      return existing;
    },
    async drop(database) {
      await session.query(`drop database ${database} with (force)`);
    },
    async stop() {
      await session.close();
      await redis?.stop();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
