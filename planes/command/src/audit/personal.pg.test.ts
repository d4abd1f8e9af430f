import { rm } from 'node:fs/promises';
import { systemClock } from '@etis/kernel';
import { audit } from '@etis/postgres';
import { eventually, testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditDesk, createSealer } from '../index.ts';
import { type AuditStand, auditStand, keyless } from './audit-under-test.ts';
import { chainOf, entryHash, genesis } from './entry-content.ts';
import { createForgetting } from './forgetting.ts';
import { personalOf } from './personal-fields.ts';

let stand: AuditStand;
beforeAll(async () => {
  stand = await auditStand();
});
afterEach(() => stand.clear());
afterAll(() => stand.drop());

const operator = testContext({ actor: { kind: 'operator', id: 'auditor' } });
const desk = () => createAuditDesk({ ...stand, clock: systemClock });
const list = async (tenant: string | null) => (await desk().list(operator, { tenant, limit: 50 })).items;
const findings = async () => (await desk().verify(operator)).findings;
const contents = async () =>
  (await stand.tamper("select content from sealed_entry where domain = 'garden' order by 1")).map(({ content }) => content);
const forget = async (afterMs = 0, at = 0) => {
  const forgetting = createForgetting({ ...stand, afterMs, clock: { now: () => systemClock.now() + at } });
  while (await forgetting.round());
};
/** A tenant of its own for every test: what was erased stays so. */
let tenant = '';
let count = 0;
beforeEach(() => {
  count += 1;
  tenant = `tenant-${count}`;
});

interface Deed {
  readonly actor: Parameters<typeof testContext>[0] extends { actor?: infer Actor } | undefined ? NonNullable<Actor> : never;
  readonly reason?: string;
  readonly detail?: object;
}

async function act({ actor, ...said }: Deed, of = tenant): Promise<void> {
  const context = testContext({ tenant: of, actor });
  await stand.database.db('garden').tenant(context, (tx) => audit.record(tx, context, { action: 'note.add', target: 'note/1', ...said }));
}

const byAda: Deed = { actor: { kind: 'operator', id: 'ada@example.com' }, reason: 'Grace asked', detail: { phone: '+49 30 1234567' } };
const personal = /ada@|Grace asked|\+49/;

describe('what an action says of persons', () => {
  it('is sealed under the key of its tenant, read by who may, and its hash covers the ciphertext', async () => {
    await act(byAda);
    await stand.sealUntil(1);
    const [content] = await contents();
    expect(content).not.toMatch(personal);
    expect(JSON.parse(String(content))).toMatchObject({ actor: { kind: 'operator', id: '' }, action: 'note.add', target: 'note/1' });
    expect(await list(tenant)).toMatchObject([{ actor: byAda.actor, reason: byAda.reason, erased: false, action: 'note.add' }]);
    expect(await findings()).toEqual([]);
  });

  it('stays in clear where it is no person that acted, and nothing is sealed where nothing is personal', async () => {
    await act({ actor: { kind: 'system', id: 'router' } });
    await act({ actor: { kind: 'connection', id: 'acc' }, reason: 'a reason all the same' });
    await stand.sealUntil(2);
    const said = (await contents()).map((content) => JSON.parse(String(content)) as { actor: object; personal: string | null });
    expect(said.map(({ actor }) => actor)).toEqual(
      expect.arrayContaining([
        { kind: 'system', id: 'router' },
        { kind: 'connection', id: 'acc' },
      ]),
    );
    expect(said.map(({ personal: sealed }) => sealed === null).toSorted()).toEqual([false, true]);
    expect((await list(tenant)).map(({ actor, reason }) => [actor.id, reason]).toSorted()).toEqual([
      ['acc', 'a reason all the same'],
      ['router', null],
    ]);
  });

  it('is sealed under the key of the platform for a tenant that never had one', async () => {
    await act(byAda, keyless);
    await stand.sealUntil(1);
    expect(await list(keyless)).toMatchObject([{ actor: byAda.actor, reason: byAda.reason, erased: false }]);
    expect(await findings()).toEqual([]);
  });

  it('comes back as it was, whatever it is, and opens for its own row alone', async () => {
    const text = fc.string({ minLength: 1, maxLength: 60 });
    const fields = fc.record({ actor: text, reason: fc.option(text), detail: fc.option(text) });
    const keys = await stand.personal.prepare(new Set([tenant]));
    fc.assert(
      fc.property(fields, fc.constantFrom(tenant, null), ({ actor, reason, detail }, of) => {
        const row = { id: 'r', xid: '1', at: '', tenant: of, actor: { kind: 'operator', id: actor }, reason, detail } as never;
        const envelope = stand.personal.seal('garden', row, keys) ?? '';
        const place = { domain: 'garden', row: 'r', tenant: of };
        expect(stand.personal.open(envelope, place)).toEqual(personalOf(row));
        const elsewhere = [
          { ...place, row: 'q' },
          { ...place, domain: 'orchard' },
          ...(of === null ? [] : [{ ...place, tenant: 'another' }]),
        ];
        for (const other of elsewhere) {
          expect(stand.personal.open(envelope, other)).toBeNull();
        }
      }),
    );
  });
});

describe('a tenant whose key was destroyed', () => {
  it('reads as erased, and every chain goes on to verify', async () => {
    await act(byAda);
    await act({ actor: { kind: 'system', id: 'router' }, detail: { email: 'ada@example.com' } });
    await act(byAda, 'other');
    await stand.sealUntil(3);
    await forget();
    stand.erase(tenant);
    expect((await list(tenant)).map(({ actor, reason, erased }) => [actor.id, reason, erased]).toSorted()).toEqual([
      ['erased', null, true],
      ['router', null, true],
    ]);
    expect(await list('other')).toMatchObject([{ actor: byAda.actor, erased: false }]);
    expect(await findings()).toEqual([]);
  });

  it('leaves nothing of what was still to be sealed, and what is done in its name later is kept without persons', async () => {
    await act(byAda);
    stand.erase(tenant);
    await act(byAda);
    await stand.sealUntil(2);
    expect((await contents()).join()).not.toMatch(personal);
    expect((await list(tenant)).map(({ actor, erased }) => [actor.id, erased])).toEqual([
      ['erased', true],
      ['erased', true],
    ]);
    expect(await findings()).toEqual([]);
    await forget();
    expect(JSON.stringify(await stand.tamper('select * from garden.audit_entry where tenant_id = $1', [tenant]))).not.toMatch(personal);
    expect(await findings()).toEqual([]);
  });

  it('is found out where an envelope was changed all the same', async () => {
    await act(byAda);
    await stand.sealUntil(1);
    stand.erase(tenant);
    await stand.tamper(`update sealed_entry set content = replace(content, '"personal":"v1.', '"personal":"v1.A') where domain = 'garden'`);
    expect(await findings()).toContainEqual(expect.objectContaining({ chain: chainOf(tenant), number: 1, kind: 'changed' }));
  });
});

describe('the row in its domain', () => {
  const rows = () =>
    stand.tamper('select actor_id, reason, detail, forgotten_at is not null as forgotten from garden.audit_entry order by xid, id');

  it('loses what it says of persons once that is sealed and some time has passed, and is compared by the rest', async () => {
    await act(byAda);
    await forget();
    expect(await rows(), 'it is not sealed yet').toMatchObject([{ actor_id: 'ada@example.com', forgotten: false }]);
    await stand.sealUntil(1);
    await forget(3_600_000);
    expect(await rows(), 'it was sealed a moment ago').toMatchObject([{ actor_id: 'ada@example.com', forgotten: false }]);
    await forget(3_600_000, 3_600_001);
    expect(await rows()).toEqual([{ actor_id: '', reason: null, detail: null, forgotten: true }]);
    expect(await findings()).toEqual([]);
    expect(await list(tenant), 'the entry has it still').toMatchObject([{ actor: byAda.actor, reason: byAda.reason }]);
    await stand.tamper("update garden.audit_entry set action = 'note.forged'");
    expect(await findings()).toMatchObject([{ chain: chainOf(tenant), number: 1, kind: 'source-changed' }]);
  });

  it.each([
    ['who acted', "actor_id = 'eve'"],
    ['why', "reason = 'another'"],
    ['what it was about', "detail = '{}'"],
    ['that there was a reason', 'reason = null'],
  ])('is found where it says something else of %s before that', async (_, change) => {
    await act(byAda);
    await stand.sealUntil(1);
    await stand.tamper(`update garden.audit_entry set ${change}`);
    expect(await findings()).toMatchObject([{ chain: chainOf(tenant), number: 1, kind: 'source-changed' }]);
  });

  it('is relieved while the sealer runs, batch by batch, and what comes later too', async () => {
    const { sources, db, signer, personal: vault, file } = stand;
    for (let index = 0; index < 3; index += 1) await act(byAda);
    const sealer = createSealer({
      ...{ sources, db, signer, personal: vault, file, installation: 'test', clock: systemClock, log: testContext().log },
      ...{ idleMs: 10, forgetAfterMs: 0 },
    });
    await sealer.start();
    const relieved = async (expected: number) => (await rows()).filter(({ forgotten }) => forgotten).length === expected;
    await eventually(() => relieved(3));
    await act(byAda);
    await eventually(() => relieved(4));
    await sealer.stop();
    expect(await findings()).toEqual([]);
  });
});

describe('an entry that was sealed before', () => {
  it('in plain text goes on to verify and to be read, and its row keeps what it says', async () => {
    await act(byAda);
    await stand.sealUntil(1);
    const [row] =
      (await stand.sources[0]?.find((await stand.tamper('select id from garden.audit_entry')).map(({ id }) => String(id)))) ?? [];
    if (row === undefined) throw new Error('there is a row');
    // As an older release wrote it: everything that the row says, and its place.
    const { id, xid: _, forgotten: __, ...said } = row;
    const [entry] = await stand.tamper("select content from sealed_entry where domain = 'garden'");
    const { sealedAt } = JSON.parse(String(entry?.content)) as { sealedAt: string };
    const members = { ...said, number: 1, sealedAt, chain: chainOf(tenant), domain: 'garden', row: id } as Record<string, unknown>;
    const canonical = (value: unknown): string =>
      typeof value === 'object' && value !== null
        ? `{${Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`)
            .join()}}`
        : JSON.stringify(value);
    const content = canonical(members);
    const hash = entryHash(genesis, content);
    await stand.tamper('truncate checkpoint');
    await rm(stand.file);
    await stand.tamper("update sealed_entry set content = $1, hash = $2 where domain = 'garden'", [content, hash]);
    await stand.tamper('update chain_head set hash = $1, checkpointed = 0 where chain = $2', [hash, chainOf(tenant)]);
    await stand.sealing().round();
    await forget();
    expect(await stand.tamper('select actor_id from garden.audit_entry')).toEqual([{ actor_id: 'ada@example.com' }]);
    expect(await list(tenant)).toMatchObject([{ actor: byAda.actor, reason: byAda.reason, erased: false }]);
    expect((await findings()).filter(({ chain }) => chain === chainOf(tenant))).toEqual([]);
    await stand.tamper("update garden.audit_entry set reason = 'another'");
    expect(await findings()).toContainEqual(expect.objectContaining({ chain: chainOf(tenant), number: 1, kind: 'source-changed' }));
  });
});
