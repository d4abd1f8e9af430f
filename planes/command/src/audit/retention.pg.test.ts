import { systemClock } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuditDesk, createSealer } from '../index.ts';
import { type AuditStand, auditStand } from './audit-under-test.ts';
import { createShipping } from './checkpoint-shipping.ts';
import { removeCut } from './retention.ts';

let stand: AuditStand;
beforeAll(async () => {
  stand = await auditStand();
});
afterEach(() => stand.clear());
afterAll(() => stand.drop());

const dayMs = 86_400_000;
const operator = testContext({ actor: { kind: 'operator', id: 'ada' } });
const desk = () => createAuditDesk({ ...stand, clock: systemClock });
const findings = async () => (await desk().verify(operator)).findings;
const numbers = async (chain = 'tenant/acme') =>
  (await stand.tamper('select number::int as number from sealed_entry where chain = $1 order by number', [chain])).map(
    ({ number }) => number,
  );
const ship = () => createShipping({ db: stand.db, path: stand.file, log: testContext().log })();

async function deeds(count: number, from = 1): Promise<void> {
  for (let index = 0; index < count; index += 1) await stand.act(index % 2 ? 'garden' : 'orchard', 'acme', `note.n${from + index}`);
}

/** Seals as if so many days had passed since everything that is there was sealed, and keeps entries for ten. */
async function giveUp(daysLater: number): Promise<void> {
  const sealing = stand.sealing({ keepMs: 10 * dayMs, clock: { now: () => systemClock.now() + daysLater * dayMs } });
  await sealing.round();
  await sealing.end();
  while (await removeCut(stand));
  await ship();
}

describe('entries that were kept for long enough', () => {
  it('are given up with their rows, and what remains verifies behind a signed cut', async () => {
    await deeds(4);
    await stand.sealUntil(4);
    await giveUp(9);
    expect(await numbers(), 'they are not old enough').toEqual([1, 2, 3, 4]);
    await giveUp(11);
    expect(await numbers()).toEqual([]);
    expect(await stand.tamper("select * from garden.audit_entry where action like 'note.%'")).toEqual([]);
    expect(await findings()).toEqual([]);

    await deeds(2, 5);
    await stand.sealUntil(2);
    expect(await numbers()).toEqual([5, 6]);
    expect(await findings()).toEqual([]);
    const { items } = await desk().list(operator, { tenant: 'acme', limit: 10 });
    expect(items.map(({ action }) => action).toSorted()).toEqual(['note.n5', 'note.n6']);
  });

  it('are kept for ever where nothing else is asked for', async () => {
    await deeds(2);
    await stand.sealUntil(2);
    const sealing = stand.sealing({ clock: { now: () => systemClock.now() + 9_999 * dayMs } });
    await sealing.round();
    await sealing.end();
    expect(await numbers()).toEqual([1, 2]);
    expect(await stand.tamper('select * from chain_cut')).toEqual([]);
  });

  it('are given up while the sealer runs, of every chain on its own', async () => {
    await deeds(3);
    await stand.act('garden', 'bolt', 'note.of-bolt');
    await stand.sealUntil(4);
    const { sources, db, signer, personal, file } = stand;
    const clock = { now: () => systemClock.now() + 11 * dayMs };
    const sealer = createSealer({
      ...{ sources, db, signer, personal, file, installation: 'test', clock, log: testContext().log },
      ...{ idleMs: 10, forgetAfterMs: 0, keepMs: 10 * dayMs },
    });
    await sealer.start();
    await eventually(async () => (await numbers()).length === 0 && (await numbers('tenant/bolt')).length === 0);
    await sealer.stop();
    expect(await findings()).toEqual([]);
  });

  it('verify at every step of being given up, and where it stopped on the way', async () => {
    await deeds(6);
    await stand.sealUntil(6);
    const sealing = stand.sealing({ keepMs: 10 * dayMs, clock: { now: () => systemClock.now() + 11 * dayMs } });
    await sealing.round();
    await sealing.end();
    expect(await findings(), 'cut, and nothing removed').toEqual([]);
    const entries = await stand.tamper("select domain, row_id from sealed_entry where chain = 'tenant/acme' order by number");
    await stand.sources.find(({ domain }) => domain === entries[0]?.domain)?.remove([String(entries[0]?.row_id)]);
    expect(await findings(), 'a row is removed, its entry not yet').toEqual([]);
    await removeCut(stand);
    expect(await findings()).toEqual([]);
  });
});

describe('who gives up what no signature says', () => {
  it('is held back by the database, unless a cut is claimed', async () => {
    await deeds(2);
    await stand.sealUntil(2);
    await expect(stand.db.statement('delete from sealed_entry')).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    [
      'claims a cut that nobody signed',
      "insert into chain_cut select chain, number, hash from sealed_entry where chain = 'tenant/acme' and number = 2",
      'removed',
    ],
    ['claims a cut with another hash', "insert into chain_cut values ('tenant/acme', 2, repeat('a', 64))", 'changed'],
  ])('%s is found', async (_, statement, kind) => {
    await deeds(4);
    await stand.sealUntil(4);
    await stand.tamper(statement);
    while (await removeCut(stand));
    expect(await findings()).toContainEqual(expect.objectContaining({ chain: 'tenant/acme', number: 2, kind }));
  });

  it.each([
    ['takes the cut away', "delete from chain_cut where chain = 'tenant/acme'", 1],
    [
      'moves the cut on',
      "update chain_cut set number = 4, hash = (select hash from sealed_entry where chain = 'tenant/acme' and number = 4)",
      4,
    ],
  ])('%s is found', async (_, statement, number) => {
    await deeds(3);
    await stand.sealUntil(3);
    await giveUp(11);
    await deeds(2, 4);
    await stand.sealUntil(2);
    expect(await findings()).toEqual([]);
    await stand.tamper(statement);
    expect(await findings()).toContainEqual(expect.objectContaining({ chain: 'tenant/acme', number, kind: 'removed' }));
  });
});
