import { readFile, stat, writeFile } from 'node:fs/promises';
import type { AuditVerification } from '@etis/contracts/audit';
import { type Service, silentLog, systemClock } from '@etis/kernel';
import type { SystemDb, SystemTx } from '@etis/postgres';
import { eventually, testContext } from '@etis/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createAuditDesk, createSealer } from '../index.ts';
import { type AuditStand, auditStand } from './audit-under-test.ts';

let stand: AuditStand;
let running: Service[] = [];
beforeAll(async () => {
  stand = await auditStand();
});
afterEach(async () => {
  for (const service of running) await service.stop();
  running = [];
  await stand.clear();
});
afterAll(() => stand.drop());

const operator = testContext({ actor: { kind: 'operator', id: 'ada' } });
const desk = (file = stand.file) => createAuditDesk({ ...stand, file, clock: systemClock });

function sealer(file = stand.file, given: { db?: SystemDb; leaseMs?: number; idleMs?: number } = {}): Service {
  const { sources, db, signer, personal } = stand;
  const options = {
    sources,
    db,
    signer,
    personal,
    file,
    installation: 'test',
    clock: systemClock,
    log: silentLog,
    idleMs: 10,
    leaseMs: 200,
  };
  const service = createSealer({ ...options, ...given });
  running.push(service);
  return service;
}

const sealed = async () => (await stand.tamper('select count(*)::int as count from sealed_entry'))[0]?.count;
const sound = (verification: AuditVerification) => expect(verification.findings).toEqual([]);

it('numbers what every domain did in one chain per tenant, and signs where they stand', async () => {
  await stand.act('garden', 'acme', 'note.one');
  await stand.act('orchard', 'acme', 'tree.one');
  await stand.act('garden', 'bolt', 'note.two');
  await stand.database.db('garden').platform(operator, 'a support case', async () => undefined);
  await sealer().start();
  await eventually(async () => (await sealed()) === 4);

  const acme = await desk().list(operator, { tenant: 'acme', limit: 10 });
  expect(acme.items).toMatchObject([
    { chain: 'tenant/acme', number: 2, tenant: 'acme', actor: { kind: 'operator', id: 'ada' } },
    { chain: 'tenant/acme', number: 1, previous: '0'.repeat(64), target: '*' },
  ]);
  expect(acme.items[0]?.previous).toBe(acme.items[1]?.hash);
  expect(acme.items.map(({ domain, action }) => `${domain} ${action}`).toSorted()).toEqual(['garden note.one', 'orchard tree.one']);
  const platform = await desk().list(operator, { tenant: null, limit: 10 });
  expect(platform.items.at(-1)).toMatchObject({ number: 1, action: 'platform.access', reason: 'a support case', tenant: null });

  await eventually(async () => (await desk().verify(operator)).unsealed.rows < 3);
  await running[0]?.stop();
  sound(await desk().verify(operator));
  expect((await readFile(stand.file, 'utf8')).split('\n').length).toBeGreaterThan(1);
  expect((await stat(stand.file)).mode & 0o777).toBe(0o600);
});

it('lists in pages, newest first, and refuses what is no page', async () => {
  for (let index = 1; index <= 5; index += 1) await stand.act('garden', 'acme', `note.n${index}`);
  await stand.sealUntil(5);
  const first = await desk().list(operator, { tenant: 'acme', limit: 3 });
  expect(first.items.map(({ action }) => action)).toEqual(['note.n5', 'note.n4', 'note.n3']);
  const second = await desk().list(operator, { tenant: 'acme', limit: 3, cursor: first.next ?? '' });
  expect(second).toMatchObject({ items: [{ action: 'note.n2' }, { action: 'note.n1' }], next: null });
  expect(await desk().list(operator, { tenant: 'nobody', limit: 3 })).toEqual({ items: [], next: null });

  await expect(desk().list(operator, { tenant: null, limit: 201 })).rejects.toMatchObject({ code: 'COMMAND_LIMIT_MALFORMED' });
  await expect(desk().list(operator, { tenant: null, limit: 1, cursor: 'x' })).rejects.toMatchObject({ code: 'COMMAND_CURSOR_MALFORMED' });
  await stand.tamper("update sealed_entry set content = 'x' where number = 5");
  await expect(desk().list(operator, { tenant: 'acme', limit: 3 })).rejects.toMatchObject({ code: 'COMMAND_AUDIT_ENTRY_UNREADABLE' });
});

it('leaves a row for each look into the record', async () => {
  await desk().list(operator, { tenant: 'acme', limit: 3 });
  await desk().verify(operator);
  const rows = await stand.tamper('select actor_id, action, target from audit.audit_entry order by xid');
  expect(rows).toEqual([
    { actor_id: 'ada', action: 'audit.list', target: 'tenant/acme' },
    { actor_id: 'ada', action: 'audit.verify', target: '*' },
  ]);
});

it('says what is not sealed yet', async () => {
  await stand.act('garden', 'acme', 'note.one');
  const { unsealed, entries } = await desk().verify(operator);
  expect([entries, unsealed.rows]).toEqual([0, 2]);
  expect(unsealed.oldestMs).toBeLessThan(60_000);
});

it('takes nothing back: neither an entry nor a checkpoint can be changed by the role that seals', async () => {
  await stand.act('garden', 'acme', 'note.one');
  await stand.sealUntil(1);
  for (const statement of [
    "update sealed_entry set content = ''",
    'delete from sealed_entry',
    'delete from checkpoint',
    'truncate checkpoint',
  ]) {
    await expect(stand.db.statement(statement)).rejects.toMatchObject({ code: '42501' });
  }
});

it('is done by one of two at a time, and each has every checkpoint', async () => {
  const files = [stand.file, `${stand.file}.2`] as const;
  for (const file of files) await sealer(file).start();
  const acts = Array.from({ length: 60 }, (_, index) => stand.act(index % 2 ? 'garden' : 'orchard', `t${index % 3}`, `n.a${index}`));
  await Promise.all(acts);
  await eventually(async () => (await sealed()) === 60);
  // The one that seals stops; the other takes over.
  await running[0]?.stop();
  await stand.act('garden', 't1', 'n.later');
  await eventually(async () => (await sealed()) === 61);
  await running[1]?.stop();
  await sealer(files[0]).start();
  await eventually(async () => (await readFile(files[0], 'utf8')) === (await readFile(files[1], 'utf8')));
  await running[2]?.stop();
  for (const file of files) {
    const verification = await desk(file).verify(operator);
    sound(verification);
    expect(verification.chains).toBe(3);
  }
});

it('goes on sealing the others where a domain is away', async () => {
  const [garden, ...others] = stand.sources;
  if (garden === undefined) throw new Error('there is a source');
  const sources = [{ ...garden, read: () => Promise.reject(new Error('away')) }, ...others];
  await stand.act('garden', 'acme', 'note.one');
  await stand.act('orchard', 'acme', 'tree.one');
  const { db, signer, personal, file } = stand;
  const service = createSealer({
    sources,
    db,
    signer,
    personal,
    file,
    installation: 'test',
    clock: systemClock,
    log: silentLog,
    idleMs: 10,
  });
  running.push(service);
  await service.start();
  await eventually(async () => (await sealed()) === 1);
  await service.stop();
  expect((await desk().list(operator, { tenant: 'acme', limit: 5 })).items.map(({ action }) => action)).toEqual(['tree.one']);
});

it('seals on while nothing can be signed, and signs it all later', async () => {
  await stand.act('garden', 'acme', 'note.one');
  let locked = true;
  const { sources, db, signer, personal, file } = stand;
  const sign: typeof signer.sign = (purpose, value) => {
    if (locked) throw new Error('no key');
    return signer.sign(purpose, value);
  };
  const service = createSealer({
    sources,
    db,
    signer: { sign },
    personal,
    file,
    installation: 'test',
    clock: systemClock,
    log: silentLog,
    idleMs: 10,
  });
  running.push(service);
  await service.start();
  await eventually(async () => (await sealed()) === 1);
  locked = false;
  await eventually(async () => (await stand.tamper('select from checkpoint')).length === 1);
  await service.stop();
  sound(await desk().verify(operator));
});

it('mends the file where a line of it was cut off, and has each checkpoint once', async () => {
  for (const action of ['note.one', 'note.two', 'note.three']) {
    await stand.act('garden', 'acme', action);
    await stand.sealUntil((Number(await sealed()) || 0) + 1);
  }
  const whole = await readFile(stand.file, 'utf8');
  for (const length of [0, 1, whole.indexOf('\n'), whole.indexOf('\n') + 1, whole.length - 1, whole.length]) {
    await writeFile(stand.file, whole.slice(0, length));
    await stand.sealUntil(3);
    expect(await readFile(stand.file, 'utf8')).toBe(whole);
  }
  sound(await desk().verify(operator));
});

/** A connection to the database that is cut after so many statements, for good: before the statement or after it was carried out. */
function mortal(db: SystemDb, lives: number, when: 'before' | 'after') {
  const state = { left: lives, dead: false };
  async function live<T>(statement: () => Promise<T>): Promise<T> {
    if (state.dead) throw new Error('killed');
    state.left -= 1;
    if (state.left > 0) return await statement();
    state.dead = true;
    if (when === 'after') await statement();
    throw new Error('killed');
  }
  const mortalDb: SystemDb = {
    ...db,
    statement: (text, values) => live(() => db.statement(text, values)),
    async system(fn) {
      const result = await db.system((tx) => fn({ query: (text, values) => live(() => tx.query(text, values)) } as SystemTx));
      // It was committed, and nobody heard of it.
      await live(async () => undefined);
      return result;
    },
  };
  return { db: mortalDb, state };
}

it.each(['before', 'after'] as const)(
  'loses and doubles nothing when it is killed %s any of its statements',
  async (when) => {
    for (let lives = 1; ; lives += 1) {
      await stand.clear();
      for (const [index, tenant] of ['acme', 'bolt', 'acme'].entries())
        await stand.act(index === 1 ? 'orchard' : 'garden', tenant, `n.a${index}`);
      const { db, state } = mortal(stand.db, lives, when);
      const victim = stand.sealing({ db, leaseMs: 1 });
      await eventually(async () => {
        await victim.round().catch(() => undefined);
        return state.dead || Number(await sealed()) === 3;
      });
      await eventually(async () => {
        await stand.sealUntil(3);
        return true;
      });
      const rows = await stand.tamper("select content::jsonb->>'action' as action from sealed_entry order by 1");
      expect(
        rows.map((row) => row.action),
        `${lives}`,
      ).toEqual(['n.a0', 'n.a1', 'n.a2']);
      const verification = await desk().verify(operator);
      sound(verification);
      expect(verification.checkpoints).toBeGreaterThan(0);
      if (!state.dead) {
        expect(lives).toBeGreaterThan(12);
        return;
      }
    }
  },
  60_000,
);
