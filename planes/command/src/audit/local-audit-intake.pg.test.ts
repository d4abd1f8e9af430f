import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type LocalAuditChain, localAuditHash, openLocalAuditChain } from '@etis/agent';
import type { LocalAuditContent, LocalAuditRow } from '@etis/contracts/audit';
import { silentLog, systemClock } from '@etis/kernel';
import { testContext } from '@etis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAuditDesk, createLocalAuditIntake } from '../index.ts';
import { type AuditStand, auditStand } from './audit-under-test.ts';

const node = 'cluster.nudge-standard.node-1';
const operator = testContext({ tenant: 'acme', actor: { kind: 'operator', id: 'ada' } });

let stand: AuditStand;
let folder: string;
let chain: LocalAuditChain;
beforeAll(async () => {
  stand = await auditStand();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-local-'));
  chain = await openLocalAuditChain({ folder, subscriber: node, clock: systemClock, log: silentLog });
});
afterEach(async () => {
  await chain.close();
  await rm(folder, { recursive: true });
  await stand.clear();
  await stand.tamper('truncate local_chain');
});
afterAll(() => stand.drop());

const intake = () => createLocalAuditIntake({ db: stand.db, serves: (_, tenant) => tenant === 'acme', log: silentLog });
const record = async (...targets: string[]) => {
  for (const target of targets) await chain.record(operator, { action: 'directive.break-glass', target, reason: 'no way out' });
};
const waiting = () => chain.waiting(100)?.rows ?? [];
const stored = async () =>
  (await stand.tamper("select action || ' ' || target as row from audit.audit_entry order by action, target")).map(({ row }) => row);

it('merges what a node did while it was cut off, by its word, and seals it', async () => {
  await record('a', 'b');
  expect(await intake().take(node, waiting())).toBe(2);
  await chain.taken(2);
  await record('c');
  expect(await intake().take(node, waiting())).toBe(3);

  await stand.sealUntil(3);
  const desk = createAuditDesk({ ...stand, clock: systemClock });
  const { items } = await desk.list(operator, { tenant: 'acme', limit: 10 });
  expect(items.map(({ target }) => target).toSorted()).toEqual(['a', 'b', 'c']);
  expect(items[0]).toMatchObject({
    domain: 'audit',
    actor: { kind: 'system', id: node },
    action: 'local.directive.break-glass',
    reason: 'no way out',
  });
  const [detail] = await stand.tamper("select detail->>'by' as by, detail->>'number' as number from audit.audit_entry where target = 'b'");
  expect(detail).toEqual({ by: 'operator/ada', number: '2' });
  expect((await desk.verify(operator)).findings).toEqual([]);
});

it('takes each row once, however often and in whatever pieces they come', async () => {
  await record('a', 'b', 'c');
  const rows = waiting();
  for (const piece of [rows.slice(0, 2), rows.slice(0, 1), rows, rows.slice(1)]) await intake().take(node, piece);
  await Promise.all([intake().take(node, rows), intake().take(node, rows)]);
  expect(await stored()).toEqual(['a', 'b', 'c'].map((target) => `local.directive.break-glass ${target}`));
});

it('records that rows are missing, and that a chain took another course', async () => {
  await record('a', 'b', 'c');
  const [a, b, c] = waiting();
  await intake().take(node, [a]);
  await intake().take(node, [c]);
  expect(await stored()).toEqual([
    `audit.local-chain-broken subscriber/${node}`,
    'local.directive.break-glass a',
    'local.directive.break-glass c',
  ]);
  const [broken] = await stand.tamper("select detail from audit.audit_entry where action = 'audit.local-chain-broken'");
  expect(broken?.detail).toMatchObject({ merged: { number: '1', hash: a?.hash }, continued: { number: 2, hash: b?.hash } });

  const other = changed(b as LocalAuditRow, { target: 'other' });
  await intake().take(node, [other]);
  expect(await stored()).toHaveLength(5);
});

it('begins anew with a node that lost its disk', async () => {
  await record('a');
  await intake().take(node, waiting());
  await chain.close();
  await rm(folder, { recursive: true });
  chain = await openLocalAuditChain({ folder, subscriber: node, clock: systemClock, log: silentLog });
  await record('b');
  await intake().take(node, waiting());
  expect(await stored()).toEqual(['local.directive.break-glass a', 'local.directive.break-glass b']);
});

/** With a hash that is right for what it says. */
function changed(row: LocalAuditRow, change: object): LocalAuditRow {
  const content = canonicalJson({ ...(JSON.parse(row.content) as LocalAuditContent), ...change });
  return { ...row, content, hash: localAuditHash(row.previous, content) };
}

it.each<[string, (row: LocalAuditRow) => readonly unknown[]]>([
  ['no rows', () => []],
  ['no row', () => [null]],
  ['a row of another form', () => [{ hash: 1 }]],
  ['a hash that is not that of the row', (row) => [{ ...row, content: row.content.replace('no way', 'a way') }]],
  ['the audit of another', (row) => [changed(row, { subscriber: 'worker.other' })]],
  ['a tenant that it does not serve', (row) => [changed(row, { tenant: 'bolt' })]],
  ['a time that is none', (row) => [changed(row, { at: 'yesterday' })]],
  ['a time that the database cannot keep', (row) => [changed(row, { at: '+012026-11-02T09:30:00.000Z' })]],
  ['a number that is none', (row) => [changed(row, { number: 0 })]],
  ['a chain that is none', (row) => [changed(row, { chain: 'x' })]],
  ['a character that cannot be kept', (row) => [changed(row, { target: 'a\0b' })]],
  ['no actor', (row) => [changed(row, { actor: null })]],
  ['rows that do not follow one another', (row) => [row, row]],
  ['too many rows', (row) => Array.from({ length: 1_001 }, () => row)],
])('takes nothing of %s', async (_, rowsOf) => {
  await record('a');
  await expect(intake().take(node, rowsOf(waiting()[0] as LocalAuditRow))).rejects.toMatchObject({ code: 'COMMAND_SUBSCRIBER_LIED' });
  expect(await stored()).toEqual([]);
});
