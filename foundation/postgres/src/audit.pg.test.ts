import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cluster, sample } from '../fixtures/domains.ts';
import { audit } from './index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [sample, cluster] });
});
afterAll(() => database.drop());

const acme = testContext({ tenant: 'acme', actor: { kind: 'operator', id: 'op-1' } });
const bolt = testContext({ tenant: 'bolt' });
const refused = { code: '42501' };

it('keeps who did what, why and in which trace, in the transaction of the action', async () => {
  await database
    .db('sample')
    .tenant(acme, (tx) => audit.record(tx, acme, { action: 'note.delete', target: 'note/7', reason: 'asked for', detail: { rows: 1 } }));

  expect(await database.admin('sample')("select * from audit_entry where action = 'note.delete'")).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      at: expect.any(Date),
      tenant_id: 'acme',
      actor_kind: 'operator',
      actor_id: 'op-1',
      action: 'note.delete',
      target: 'note/7',
      reason: 'asked for',
      detail: { rows: 1 },
      trace: acme.trace,
      xid: expect.stringMatching(/^\d+$/),
      forgotten_at: null,
    },
  ]);
});

it('vanishes with an action that is rolled back', async () => {
  const attempt = database.db('sample').tenant(acme, async (tx) => {
    await audit.record(tx, acme, { action: 'note.undone', target: '*' });
    throw new Error('no');
  });
  await expect(attempt).rejects.toThrow('no');
  expect(await database.admin('sample')("select 1 from audit_entry where action = 'note.undone'")).toEqual([]);
});

it('takes a row from each role of the domain', async () => {
  const none = testContext();
  await database.db('sample').system((tx) => audit.record(tx, none, { action: 'by.system', target: '*' }));
  await database.db('sample').platform(none, 'tidying', (tx) => audit.record(tx, none, { action: 'by.platform', target: '*' }));
  await database.db('sample_standard').tenant(acme, (tx) => audit.record(tx, acme, { action: 'by.tenant', target: '*' }));
  await database.db('sample_standard').system((tx) => audit.record(tx, none, { action: 'by.cluster', target: '*' }));

  const actions = async (domain: string) =>
    (await database.admin(domain)("select action from audit_entry where action like 'by.%' order by 1")).map((row) => row.action);
  expect(await actions('sample')).toEqual(['by.platform', 'by.system']);
  expect(await actions('sample_standard')).toEqual(['by.cluster', 'by.tenant']);
});

it('shows a tenant its own rows, and takes none in the name of another', async () => {
  const db = database.db('sample');
  await db.tenant(bolt, (tx) => audit.record(tx, bolt, { action: 'note.add', target: '*' }));

  const seen = await db.tenant(acme, (tx) => tx.query("select 1 from audit_entry where tenant_id is distinct from 'acme'"));
  expect(seen).toEqual([]);
  await expect(db.tenant(acme, (tx) => audit.record(tx, bolt, { action: 'note.add', target: '*' }))).rejects.toMatchObject(refused);
});

it.each([
  ['update', "update audit_entry set action = 'nothing'"],
  ['delete', 'delete from audit_entry'],
  ['truncate', 'truncate audit_entry'],
])('refuses to %s for every role', async (_, statement) => {
  const attempts = await Promise.allSettled([
    database.db('sample').tenant(acme, (tx) => tx.query(statement)),
    database.db('sample').platform(testContext(), 'trying', (tx) => tx.query(statement)),
    database.db('sample').system((tx) => tx.query(statement)),
    database.db('sample_standard').tenant(acme, (tx) => tx.query(statement)),
    database.db('sample_standard').statement(statement),
  ]);
  for (const attempt of attempts) expect(attempt).toMatchObject({ status: 'rejected', reason: refused });
});

it('writes one row with the reason for each look across tenants', async () => {
  const operator = testContext({ actor: { kind: 'operator', id: 'op-2' } });

  await database.db('sample').platform(operator, 'a support case', (tx) => tx.query('select 1'));

  const rows = await database.admin('sample')("select tenant_id, action, target, reason from audit_entry where actor_id = 'op-2'");
  expect(rows).toEqual([{ tenant_id: null, action: 'platform.access', target: 'sample', reason: 'a support case' }]);
});

it('lets the platform read every row', async () => {
  await database.db('sample').tenant(bolt, (tx) => audit.record(tx, bolt, { action: 'for.platform', target: '*' }));
  const rows = await database
    .db('sample')
    .platform(testContext(), 'an audit', (tx) => tx.query("select tenant_id from audit_entry where action = 'for.platform'"));
  expect(rows).toEqual([{ tenant_id: 'bolt' }]);
});

it.each(['', '   ', 'x'.repeat(501)])('refuses to look across tenants for the reason %j', async (reason) => {
  const attempt = database.db('sample').platform(testContext(), reason, (tx) => tx.query('select 1'));
  await expect(attempt).rejects.toMatchObject({ code: 'POSTGRES_REASON_MISSING' });
});
