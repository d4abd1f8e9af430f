import { createTestDatabase, type TestDatabase, testRun } from '@etis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cluster, sample } from '../../fixtures/domains.ts';
import { type Domain, roles, type TableClass } from '../domain.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [sample, cluster] });
});
afterAll(() => database.drop());

interface Relation {
  readonly name: string;
  readonly kind: 'r' | 'p' | 'v';
  readonly partition: boolean;
  readonly class: TableClass;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly invoker: boolean;
  readonly owner: string;
}

type Capacity = keyof Domain['roles'];

/** What each class promises, written out anew. */
const promised: Record<TableClass, Record<Capacity, string>> = {
  tenant: { tenant: 'select insert update delete', platform: 'select', system: '' },
  platform: { tenant: '', platform: 'select insert update delete', system: '' },
  spine: { tenant: '', platform: '', system: 'select insert update delete' },
  shared: { tenant: 'select insert update delete', platform: '', system: 'select insert update delete' },
  audit: { tenant: 'select insert', platform: 'select insert', system: 'insert' },
};
const capacities: readonly Capacity[] = ['tenant', 'platform', 'system'];
const privileges = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain'];

function relations(domain: string): Promise<readonly Relation[]> {
  return database.admin(domain)<Relation>(
    `select c.relname as name, c.relkind as kind, c.relispartition as partition,
            split_part(obj_description(coalesce(pg_partition_root(c.oid), c.oid), 'pg_class'), ':', 1) as class,
            c.relrowsecurity as enabled, c.relforcerowsecurity as forced, pg_get_userbyid(c.relowner) as owner,
            coalesce('security_invoker=true' = any(c.reloptions), false) as invoker
     from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
  );
}

async function held(domain: string, role: string, relation: string): Promise<string> {
  const rows = await database.admin(domain)<{ name: string }>(
    'select p as name from unnest($1::text[]) with ordinality as list(p, n) where has_table_privilege($2, $3::regclass, p) order by n',
    [privileges, role, `${domain}.${relation}`],
  );
  return rows.map((row) => row.name).join(' ');
}

function expected(relation: Relation, domain: Domain, role: string): string {
  if (relation.partition) return '';
  const names = capacities
    .filter((capacity) => domain.roles[capacity] === role)
    .flatMap((capacity) => promised[relation.class][capacity].split(' '));
  if (relation.class === 'audit' && role === roles.audit) names.push('select');
  // Of the record itself it removes what was given up; row security keeps that to rows that were relieved.
  if (relation.name === 'audit_entry' && role === roles.audit) names.push('delete');
  const readOnly = relation.kind === 'v' || relation.name === 'schema_migration';
  return privileges.filter((name) => names.includes(name) && (!readOnly || name === 'select')).join(' ');
}

it.each([sample, cluster])('gives each role of $name exactly what the class of each relation says', async (domain) => {
  const found = await relations(domain.name);
  expect(new Set(found.map((relation) => relation.class))).toEqual(new Set(Object.keys(promised)));
  expect(new Set(found.map((relation) => relation.kind))).toEqual(new Set(['r', 'p', 'v']));

  for (const relation of found) {
    for (const role of new Set([...Object.values(roles), ...Object.values(sample.roles), ...Object.values(cluster.roles)])) {
      if (role === roles.owner) continue;
      expect([relation.name, role, await held(domain.name, role, relation.name)]).toEqual([
        relation.name,
        role,
        expected(relation, domain, role),
      ]);
    }
  }
});

it.each(['sample', 'sample_standard'])('forces row security on all tables of tenants in %s, partitions too', async (domain) => {
  for (const relation of await relations(domain)) {
    const rowed = relation.kind !== 'v' && ['tenant', 'shared', 'audit'].includes(relation.class);
    expect(relation).toMatchObject({ enabled: rowed, forced: rowed, owner: roles.owner, invoker: relation.kind === 'v' });
  }
  const partitions = (await relations(domain)).filter((relation) => relation.partition);
  expect(partitions.map((relation) => relation.name)).toEqual(['reading_2025', 'reading_2026']);
});

it('lets the roles of a domain, and nobody else, use its functions and sequences', async () => {
  const [usable] = await database.admin('sample')(
    `select has_function_privilege('${roles.app}', 'doubled(bigint)', 'execute') as own_function,
            has_function_privilege('${roles.auth}', 'doubled(bigint)', 'execute') as strange_function,
            has_sequence_privilege('${roles.spine}', 'ticket', 'usage') as own_sequence,
            has_sequence_privilege('${roles.spine}', 'ticket', 'update') as set_sequence,
            has_sequence_privilege('${roles.auth}', 'ticket', 'usage') as strange_sequence,
            has_sequence_privilege('${roles.app}', 'note_id_seq', 'usage') as identity_sequence`,
  );
  expect(usable).toEqual({
    own_function: true,
    strange_function: false,
    own_sequence: true,
    set_sequence: false,
    strange_sequence: false,
    identity_sequence: false,
  });
});

it('gives no login role any power of its own, nor anything to own', async () => {
  const rows = await database.admin('sample')<{ rolname: string; login: boolean }>(
    `select rolname, rolcanlogin as login, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as powerful,
            exists (select from pg_auth_members where member = pg_roles.oid) as member,
            exists (select from pg_class where relowner = pg_roles.oid) or exists (select from pg_namespace where nspowner = pg_roles.oid)
              or exists (select from pg_database where datdba = pg_roles.oid) as owning
     from pg_roles where rolname like 'etis\\_%' and rolname <> $1 order by 1`,
    [testRun().admin.user],
  );
  expect(rows.map((row) => row.rolname)).toEqual(expect.arrayContaining([...Object.values(roles), ...Object.values(cluster.roles)]));
  for (const row of rows) {
    const owner = row.rolname === roles.owner;
    expect(row).toEqual({ rolname: row.rolname, login: !owner, powerful: false, member: false, owning: owner });
  }
});
