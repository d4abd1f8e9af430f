import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Log } from '@etis/contracts/log';
import { errorText } from '@etis/kernel';
import pg from 'pg';
import type { AdminSession } from '../admin.ts';
import { type Domain, roles } from '../domain.ts';
import { errors } from '../errors.ts';
import { causes, sqlState } from '../sql-state.ts';
import type { Migration } from './migration-files.ts';

/** What one domain's schema is to become. */
export interface DomainPlan {
  readonly domain: Domain;
  readonly migrations: readonly Migration[];
  readonly scripts: Scripts;
  /** Digest of everything above; kept as the schema's comment once all of it holds. */
  readonly state: string;
}

interface Scripts {
  readonly secure: string;
  readonly unforce: string;
}

interface Applied {
  readonly name: string;
  readonly sha256: string;
}

const ledger = `
create table if not exists schema_migration (
  name       text primary key,
  sha256     text not null,
  applied_at timestamptz not null default now()
);
comment on table schema_migration is 'platform: the migrations that were applied, written by whoever prepares the database'`;

export async function readScripts(): Promise<Scripts> {
  const read = (file: string) => readFile(new URL(`../../sql/${file}`, import.meta.url), 'utf8');
  const [secure, unforce] = await Promise.all([read('secure-schema.sql'), read('unforce-schema.sql')]);
  return { secure, unforce };
}

export function planDomain(domain: Domain, migrations: readonly Migration[], scripts: Scripts): DomainPlan {
  const parts = [domain.name, domain.roles, migrations.map(({ name, sha256 }) => [name, sha256]), scripts.secure, ledger];
  return { domain, migrations, scripts, state: `etis ${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}` };
}

/**
 * Brings one schema to its plan in one transaction: the migrations one by one, then the check of the classes and the grants by class; all of it is
 * recorded, or nothing happened.
 * @throws POSTGRES_MIGRATION_CHANGED, _UNKNOWN, _ORDER, _FAILED, POSTGRES_CLASS_MISSING, POSTGRES_CLASS_BROKEN
 */
export async function setUpDomain(session: AdminSession, plan: DomainPlan, log: Log): Promise<void> {
  const { domain } = plan;
  const schema = pg.escapeIdentifier(domain.name);
  await session.query(`create schema if not exists ${schema} authorization ${roles.owner}`);
  await inTransaction(session, async () => {
    await actAsOwner(session, domain);
    await session.query(ledger);
  });
  const applied = await session.query<Applied>(`select name, sha256 from ${schema}.schema_migration`);
  const pending = pendingMigrations(plan, applied);

  const started = performance.now();
  await inTransaction(session, async () => {
    await actAsOwner(session, domain);
    if (pending.length > 0) await session.query(plan.scripts.unforce);
    for (const migration of pending) {
      await explained(domain, migration, () => session.query(migration.text));
      await session.query('insert into schema_migration (name, sha256) values ($1, $2)', [migration.name, migration.sha256]);
    }
    await secure(session, plan, pending.at(-1));
    await session.query(`comment on schema ${schema} is ${pg.escapeLiteral(plan.state)}`);
  });
  const about = { domain: domain.name, migrations: pending.length, ms: Math.round(performance.now() - started) };
  log.debug(about, 'a domain was brought to its plan');
}

function pendingMigrations(plan: DomainPlan, applied: readonly Applied[]): readonly Migration[] {
  const domain = plan.domain.name;
  const known = new Map(plan.migrations.map((migration) => [migration.name, migration]));
  const last = new Map<number, string>();
  for (const { name, sha256 } of applied) {
    const migration = known.get(name);
    if (migration === undefined) throw errors.MIGRATION_UNKNOWN(domain, name);
    if (migration.sha256 !== sha256) throw errors.MIGRATION_CHANGED(domain, name);
    if (name > (last.get(migration.folder) ?? '')) last.set(migration.folder, name);
  }
  const done = new Set(applied.map((row) => row.name));
  const pending = plan.migrations.filter((migration) => !done.has(migration.name));
  for (const { name, folder } of pending) {
    if (name < (last.get(folder) ?? '')) throw errors.MIGRATION_ORDER(domain, name);
  }
  return pending;
}

async function inTransaction(session: AdminSession, work: () => Promise<void>): Promise<void> {
  await session.query('begin');
  try {
    await work();
    await session.query('commit');
  } catch (error) {
    // Closing the session rolls back just as well, so a lost connection needs nothing more.
    await session.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function actAsOwner(session: AdminSession, domain: Domain): Promise<void> {
  await session.query(
    `select set_config('role', $1, true), set_config('search_path', $2, true), set_config('etis.schema', $2, true),
            set_config('etis.tenant_role', $3, true), set_config('etis.platform_role', $4, true), set_config('etis.system_role', $5, true),
            set_config('etis.audit_role', $6, true)`,
    [roles.owner, domain.name, domain.roles.tenant ?? '', domain.roles.platform ?? '', domain.roles.system ?? '', roles.audit],
  );
}

async function secure(session: AdminSession, plan: DomainPlan, migration?: Migration): Promise<void> {
  try {
    await session.query(plan.scripts.secure);
  } catch (error) {
    const state = sqlState(error);
    const relation = `${plan.domain.name}.${tableOf(error)}`;
    if (state === 'ETC01') throw errors.CLASS_MISSING.because({ cause: error }, relation);
    if (state === 'ETC02') throw errors.CLASS_BROKEN.because({ cause: error }, relation, errorText(error));
    throw errors.MIGRATION_FAILED.because({ cause: error }, plan.domain.name, migration?.name ?? 'grants', errorText(error));
  }
}

async function explained(domain: Domain, migration: Migration, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw errors.MIGRATION_FAILED.because({ cause: error }, domain.name, migration.name, errorText(error));
  }
}

function tableOf(error: unknown): string {
  for (const link of causes(error)) {
    const { table } = link as { table?: unknown };
    if (typeof table === 'string') return table;
  }
  return '?';
}
