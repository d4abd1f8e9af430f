import type { Context } from '@etis/contracts/context';
import { silentLog, uuidv7 } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase, testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cluster, migrationFolder, noteTable, sample } from '../fixtures/domains.ts';
import { scratch } from '../fixtures/scratch.ts';
import { type AuditPosition, type AuditReader, type AuditRow, audit, auditStart, openAuditReader, openDomain, roles } from './index.ts';

let database: TestDatabase;
let readers: AuditReader[];
beforeEach(async () => {
  database = await createTestDatabase({ domains: [sample, cluster] });
  readers = [];
});
afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.close()));
  await database.drop();
});

function readerOf(domain = sample): AuditReader {
  const reader = openAuditReader({ domain, access: database.access, log: silentLog });
  readers.push(reader);
  return reader;
}

const record = (tenant: string, action: string) => {
  const context = testContext({ tenant });
  return database.db('sample').tenant(context, (tx) => audit.record(tx, context, { action, target: '*' }));
};

/** Everything that can be read by now; other tests' transactions may hold up what comes last. */
async function readAll(reader: AuditReader, limit = 3): Promise<readonly AuditRow[]> {
  const all: AuditRow[] = [];
  let at: AuditPosition = auditStart;
  for (;;) {
    const rows = await reader.read(at, limit);
    all.push(...rows);
    if (rows.length < limit) return all;
    at = rows.at(-1) ?? at;
  }
}

const actions = (rows: readonly AuditRow[]) => rows.map((row) => row.action);

it('reads every tenant, and the row as it is stored', async () => {
  const context = testContext({ tenant: 'acme', actor: { kind: 'operator', id: 'ada' } });
  await database
    .db('sample')
    .tenant(context, (tx) => audit.record(tx, context, { action: 'note.add', target: 'note/1', reason: 'why', detail: { b: 1.5, a: [] } }));
  await record('bolt', 'note.drop');
  const reader = readerOf();

  await eventually(async () => (await readAll(reader)).length === 2);

  const [first, second] = await readAll(reader);
  expect(first).toEqual({
    xid: expect.stringMatching(/^\d+$/),
    id: expect.any(String),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    tenant: 'acme',
    actor: { kind: 'operator', id: 'ada' },
    action: 'note.add',
    target: 'note/1',
    reason: 'why',
    detail: '{"a": [], "b": 1.5}',
    trace: context.trace,
    forgotten: false,
  });
  expect(second).toMatchObject({ tenant: 'bolt', reason: null, detail: null });
  expect(await reader.find([second?.id ?? '', uuidv7()])).toEqual([second]);
  expect(await reader.between(auditStart, first as AuditRow, 10)).toEqual([first]);
  expect(await reader.between(first as AuditRow, second as AuditRow, 10)).toEqual([second]);
});

it('waits for a transaction that began to write earlier and commits later', async () => {
  const reader = readerOf();
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const context = testContext({ tenant: 'acme' });
  const early = database.db('sample').tenant(context, async (tx) => {
    await audit.record(tx, context, { action: 'early', target: '*' });
    started.resolve();
    await release.promise;
  });
  await started.promise;
  await record('bolt', 'late');

  expect(await readAll(reader)).toEqual([]);
  expect(await reader.unread(auditStart)).toEqual({ rows: 1, oldestMs: expect.any(Number) });
  release.resolve();
  await early;

  await eventually(async () => (await readAll(reader)).length === 2);
  expect(actions(await readAll(reader))).toEqual(['early', 'late']);
});

it('never shows a row before one that was read, whatever commits when', async () => {
  const reader = readerOf();
  const db = database.db('sample');
  const step = fc.record({ tenant: fc.constantFrom('acme', 'bolt'), rows: fc.integer({ min: 1, max: 3 }), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await database.admin('sample')('truncate audit_entry');
      const kept: string[] = [];
      const seen: string[] = [];
      let at: AuditPosition = auditStart;
      const look = async () => {
        for (const row of await reader.read(at, 2)) {
          seen.push(row.action);
          at = row;
        }
      };
      const writes = steps.map(async ({ tenant, rows, fails }, index) => {
        const context = testContext({ tenant });
        const names = Array.from({ length: rows }, (_, row) => `w${index}.r${row}`);
        await db
          .tenant(context, async (tx) => {
            for (const action of names) await audit.record(tx, context, { action, target: '*' });
            if (fails) throw new Error('rolled back');
            kept.push(...names);
          })
          .catch(() => undefined);
      });
      const looks = (async () => {
        for (let round = 0; round < 10; round += 1) await look();
      })();
      await Promise.all([...writes, looks]);
      await eventually(async () => {
        await look();
        return seen.length >= kept.length;
      });
      expect(seen.toSorted()).toEqual(kept.toSorted());
    }),
    { numRuns: 10 },
  );
});

it('is open to the audit role alone, and lets it do nothing else', async () => {
  const db = openDomain({ domain: { ...sample, roles: { system: roles.audit } }, access: database.access, log: silentLog });
  const refused = { code: '42501' };
  try {
    for (const statement of [
      'select * from note',
      'select * from plan',
      'select * from position',
      "update audit_entry set action = 'x'",
      "insert into audit_entry (id, actor_kind, actor_id, action, target, trace) select gen_random_uuid(), 'a', 'b', 'c', 'd', 'e'",
      'select doubled(2)',
      'create table mine (n int)',
    ]) {
      await expect(db.statement(statement), statement).rejects.toMatchObject(refused);
    }
  } finally {
    await db.close();
  }
  await record('bolt', 'of bolt');
  const acme = testContext({ tenant: 'acme' });
  expect(await database.db('sample').tenant(acme, (tx) => tx.query('select * from audit_entry'))).toEqual([]);
  expect(await readAll(readerOf(cluster))).toEqual([]);
});

it('takes out what a row says of persons, once, and nothing can be put there again', async () => {
  const reader = readerOf();
  const by = (actor: Context['actor']) => testContext({ tenant: 'acme', actor });
  for (const actor of [{ kind: 'operator', id: 'ada' } as const, { kind: 'connection', id: 'acc' } as const]) {
    const context = by(actor);
    const entry = { action: 'note.add', target: 'note/1', reason: 'she asked', detail: { email: 'ada@example.com' } };
    await database.db('sample').tenant(context, (tx) => audit.record(tx, context, entry));
  }
  await record('bolt', 'note.stays');
  await eventually(async () => (await readAll(reader)).length === 3);
  const [person, machine, other] = await readAll(reader);
  const db = openDomain({ domain: { ...sample, roles: { system: roles.audit } }, access: database.access, log: silentLog });
  for (const change of [
    "reason = 'another'",
    "actor_id = 'eve'",
    "forgotten_at = now(), reason = 'another'",
    "forgotten_at = now(), reason = null, detail = null, actor_id = 'eve'",
  ]) {
    const attempt = db.statement(`update audit_entry set ${change} where id = $1`, [person?.id]);
    await expect(attempt, change).rejects.toMatchObject({ code: '42501' });
  }
  await reader.forget([person?.id ?? '', machine?.id ?? '']);
  await reader.forget([person?.id ?? '']);
  await reader.forget([]);
  const after = await readAll(reader);
  expect(after).toEqual([
    { ...person, actor: { kind: 'operator', id: '' }, reason: null, detail: null, forgotten: true },
    { ...machine, reason: null, detail: null, forgotten: true },
    other,
  ]);
  // A row that has been relieved is out of reach; the policy hides it from every change.
  expect(await db.statement("update audit_entry set reason = 'she did' where id = $1 returning id", [person?.id])).toEqual([]);
  await db.close();
});

it('removes rows for good, and without the reader only what was relieved before', async () => {
  const reader = readerOf();
  await record('acme', 'note.old');
  await record('acme', 'note.new');
  await eventually(async () => (await readAll(reader)).length === 2);
  const [old, young] = await readAll(reader);
  const db = openDomain({ domain: { ...sample, roles: { system: roles.audit } }, access: database.access, log: silentLog });
  expect(await db.statement('delete from audit_entry returning id')).toEqual([]);
  await db.close();
  await reader.remove([old?.id ?? '']);
  await reader.remove([]);
  expect(await readAll(reader)).toEqual([young]);
});

it('says so where the server has not come as far as the reader', async () => {
  const ahead = { xid: '900000000000', id: auditStart.id };
  await expect(readerOf().read(ahead, 10)).rejects.toMatchObject({ code: 'POSTGRES_AUDIT_WENT_BACK', kind: 'setup' });
});

it('comes to a domain that has rows already', async () => {
  const databases = scratch();
  const folder = await migrationFolder({ '0001-plant.sql': noteTable('plant') });
  const domain = { ...sample, name: 'garden', migrations: [folder] };
  const access = await databases.prepare([domain]);
  const session = await databases.admin(databases.prefix);
  // As it was before the order, with what an older release wrote.
  await session.query(`drop policy auditor_forgets on garden.audit_entry; drop policy auditor_removes on garden.audit_entry;
    alter table garden.audit_entry drop column xid, drop column forgotten_at;
    delete from garden.schema_migration where name in ('0/0002-audit-order.sql', '0/0003-audit-forgotten.sql'); comment on schema garden is 'etis before';
    revoke usage on schema garden from ${roles.audit}; drop policy auditor_reads on garden.audit_entry;
    insert into garden.audit_entry (id, actor_kind, actor_id, action, target, trace) values ('${uuidv7()}', 'system', 'a', 'old', '*', '')`);

  await databases.prepare([domain]);

  const reader = openAuditReader({ domain, access, log: silentLog });
  readers.push(reader);
  await eventually(async () => (await readAll(reader)).length === 1);
  expect(actions(await readAll(reader))).toEqual(['old']);
});
