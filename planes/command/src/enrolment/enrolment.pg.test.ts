import { createSigningKey, keyIdOf } from '@etis/agent';
import type { EnrolmentToken, SubscriberIdentity } from '@etis/contracts/link';
import { silentLog } from '@etis/kernel';
import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandDomain } from '../domain.ts';
import { readSubscriber, revokeSubscriber } from '../fleet/subscriber-rows.ts';
import { createEnrolment, type Enrolment } from './enrolment.ts';

const context = testContext({ actor: { kind: 'operator', id: 'ada' } });
const door = { url: 'wss://platform:7443/link', installation: 'under-test', root: 'root', authority: 'PEM' };
const cluster: SubscriberIdentity = { id: 'cluster.nudge-standard.node-7', kind: 'cluster', scope: 'nudge-standard' };
const clock = {
  at: 0,
  now() {
    return Date.now() + this.at;
  },
};

let database: TestDatabase;
let enrolment: Enrolment;
beforeEach(async () => {
  clock.at = 0;
  database = await createTestDatabase({ domains: [commandDomain] });
  enrolment = createEnrolment({ db: database.db('command'), door: () => door, clock, log: silentLog });
});
afterEach(() => database.drop());

const platform = () => database.db('command');
const known = (id = cluster.id) => platform().platform(context, 'look', (tx) => readSubscriber(tx, id));
const revoke = (id = cluster.id) => platform().platform(context, 'revoke', (tx) => revokeSubscriber(tx, id));
const refused = { code: 'COMMAND_ENROLMENT_REFUSED' };

async function invited(identity = cluster, validMs = 60_000): Promise<EnrolmentToken> {
  const { token } = await enrolment.invite(context, { identity, validMs });
  return JSON.parse(Buffer.from(token, 'base64url').toString()) as EnrolmentToken;
}

describe('a token', () => {
  it('says all that a node needs to come, and is kept nowhere', async () => {
    const token = await invited();
    expect(token).toEqual({ ...door, identity: cluster, secret: expect.any(String), expiresAt: expect.any(String) });
    expect(Buffer.from(token.secret, 'base64url')).toHaveLength(32);
    const tables = ['enrolment', 'audit_entry', 'subscriber'];
    const rows = await Promise.all(tables.map((table) => database.admin('command')(`select t::text as text from ${table} t`)));
    const stored = JSON.stringify(rows);
    expect(stored).toContain(cluster.id);
    expect(stored).not.toContain(token.secret);
    expect(stored).not.toContain(Buffer.from(token.secret, 'base64url').toString('hex'));
  });

  it('makes its holder a subscriber', async () => {
    const { secret } = await invited();
    const { publicKey } = createSigningKey();
    expect(await known()).toBeNull();
    await enrolment.redeem({ secret, identity: cluster, publicKey });
    expect(await known()).toEqual({ identity: cluster, publicKey, revokedAt: null });
    const actions = await database.admin('command')(`select action, target from audit_entry where action like 'subscriber.%' order by id`);
    expect(actions).toEqual([
      { action: 'subscriber.invite', target: `subscriber/${cluster.id}` },
      { action: 'subscriber.enrol', target: `subscriber/${cluster.id}` },
    ]);
  });

  it('counts once: the same key may ask again, because an answer can be lost, and no other', async () => {
    const { secret } = await invited();
    const { publicKey } = createSigningKey();
    await enrolment.redeem({ secret, identity: cluster, publicKey });
    await enrolment.redeem({ secret, identity: cluster, publicKey });
    await expect(enrolment.redeem({ secret, identity: cluster, publicKey: createSigningKey().publicKey })).rejects.toMatchObject(refused);
    expect(await known()).toMatchObject({ publicKey });
  });

  it('is won by one of those who use it at the same time', async () => {
    const { secret } = await invited();
    const keys = Array.from({ length: 6 }, () => createSigningKey().publicKey);
    const outcomes = await Promise.allSettled(keys.map((publicKey) => enrolment.redeem({ secret, identity: cluster, publicKey })));
    const winners = keys.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(await known()).toMatchObject({ publicKey: winners[0] });
  });

  it.each<[string, (token: EnrolmentToken) => { secret?: string; identity?: SubscriberIdentity; publicKey?: string }]>([
    ['was never given', () => ({ secret: Buffer.alloc(32).toString('base64url') })],
    ['was changed by a character', ({ secret }) => ({ secret: `${secret.slice(0, -2)}${secret.endsWith('AA') ? 'BB' : 'AA'}` })],
    ['is for another id', () => ({ identity: { ...cluster, id: 'cluster.nudge-standard.node-8' } })],
    ['is for another kind', () => ({ identity: { ...cluster, kind: 'worker' } })],
    ['is for another cluster', () => ({ identity: { ...cluster, scope: 'nudge-advanced' } })],
    ['comes with no key', () => ({ publicKey: keyIdOf('AAAA') })],
  ])('that %s is refused', async (_, given) => {
    const token = await invited();
    const { publicKey } = createSigningKey();
    const request = { secret: token.secret, identity: cluster, publicKey, ...given(token) };
    await expect(enrolment.redeem(request)).rejects.toMatchObject(refused);
    expect(await database.admin('command')('select from subscriber')).toEqual([]);
  });

  it('is over when it is over', async () => {
    const [spent, unspent] = [await invited(cluster, 5_000), await invited(cluster, 5_000)];
    const { publicKey } = createSigningKey();
    await enrolment.redeem({ secret: spent.secret, identity: cluster, publicKey });
    clock.at = 5_001;
    for (const { secret } of [spent, unspent])
      await expect(enrolment.redeem({ secret, identity: cluster, publicKey })).rejects.toMatchObject(refused);
    clock.at = 2 * 86_400_000;
    await revoke();
    await invited();
    expect(await database.admin('command')('select from enrolment'), 'those that are long over are forgotten').toHaveLength(1);
  });
});

describe('an invitation', () => {
  it.each<[string, Partial<SubscriberIdentity>, number]>([
    ['has no id', { id: '' }, 60_000],
    ['has an id of other letters', { id: 'Cluster 7' }, 60_000],
    ['has an id that is too long', { id: 'x'.repeat(81) }, 60_000],
    ['is for a kind that there is not', { kind: 'king' as never }, 60_000],
    ['is for no cluster at all', { scope: null }, 60_000],
    ['is for a router of one cluster', { kind: 'router' }, 60_000],
    ['is valid for no time', {}, 0],
    ['is valid for too long', {}, 7 * 86_400_000 + 1],
    ['is valid for no number', {}, Number.NaN],
  ])('that %s is refused', async (_, given, validMs) => {
    await expect(enrolment.invite(context, { identity: { ...cluster, ...given }, validMs })).rejects.toMatchObject({
      code: 'COMMAND_SUBSCRIBER_INVALID',
    });
    expect(await database.admin('command')('select from enrolment')).toEqual([]);
  });

  it('to an id that is taken is refused, and so is who was invited before it was', async () => {
    const [first, second] = [await invited(), await invited()];
    await enrolment.redeem({ secret: first.secret, identity: cluster, publicKey: createSigningKey().publicKey });
    await expect(invited()).rejects.toMatchObject({ code: 'COMMAND_SUBSCRIBER_EXISTS' });
    const late = { secret: second.secret, identity: cluster, publicKey: createSigningKey().publicKey };
    await expect(enrolment.redeem(late)).rejects.toMatchObject({ code: 'COMMAND_SUBSCRIBER_EXISTS' });
  });

  it('to an id that was revoked is for another key: the old one counts never again', async () => {
    const old = createSigningKey().publicKey;
    await enrolment.redeem({ secret: (await invited()).secret, identity: cluster, publicKey: old });
    await revoke();
    const { secret } = await invited();
    await expect(enrolment.redeem({ secret, identity: cluster, publicKey: old })).rejects.toMatchObject({
      code: 'COMMAND_SUBSCRIBER_EXISTS',
    });
    const { publicKey } = createSigningKey();
    await enrolment.redeem({ secret, identity: cluster, publicKey });
    expect(await known()).toEqual({ identity: cluster, publicKey, revokedAt: null });
  });
});
