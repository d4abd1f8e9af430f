import { readFile, rm } from 'node:fs/promises';
import { createSigningKey, emptyView, exportSigningKey, joinWires, sign, verifySignature } from '@etis/agent';
import type { Downward, Upward } from '@etis/contracts/link';
import type { Manifest, Signed } from '@etis/contracts/snapshot';
import type { Tenant } from '@etis/contracts/tenancy';
import { eventually, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandPlane } from '../command-plane.ts';
import { createSnapshotClock } from '../keys/snapshot-clock.ts';
import { clusterOf, type Governed, governed, installation, type PlaneStand, routing, startStand } from '../link/plane-under-test.ts';

const context = testContext({ actor: { kind: 'operator', id: 'ada' } });
const needed = { code: 'COMMAND_RECOVERY_NEEDED' };

let stand: PlaneStand;
/** The process of the platform that is reached now. */
let plane: CommandPlane;
beforeEach(async () => {
  stand = await startStand();
  plane = await startPlane();
});
afterEach(() => stand[Symbol.asyncDispose]());

const state = governed(1, { acme: 'nudge-standard', birch: 'nudge-advanced' });
const tenants = new Map(Object.entries(state.sections.tenants ?? {}) as [string, Tenant][]);
const query = (text: string, values?: readonly unknown[]) => stand.database.admin('command')(text, values);
const subscribe = (identity = routing(), key = createSigningKey()) =>
  stand.subscribe(plane, identity, { key, connect: (channel, nonce) => plane.connect(channel, nonce) });

async function startPlane(): Promise<CommandPlane> {
  const started = await stand.plane({ view: () => ({ ...emptyView, tenants }) });
  started.feed.publish(state);
  return started;
}

async function tables(): Promise<readonly string[]> {
  const rows = await query(`select tablename as name from pg_tables where schemaname = 'command'`);
  return rows.map(({ name }) => name as string);
}

async function backUp(): Promise<void> {
  await query('create schema backup');
  for (const table of await tables()) await query(`create table backup.${table} as table command.${table}`);
}

/** The platform stops, its database is what it was, and it starts again. */
async function restore(): Promise<void> {
  await plane.stop();
  const names = await tables();
  await query(`truncate ${names.map((table) => `command.${table}`).join(', ')} cascade`);
  for (const table of names) await query(`insert into command.${table} overriding system value select * from backup.${table}`);
  plane = await startPlane();
}

async function killAcme(...told: readonly Governed[]): Promise<string> {
  const { directive } = await plane.directives.order(context, { verb: 'kill', scope: { tenant: 'acme' }, reason: 'it floods' });
  await eventually(() => told.every(({ directives }) => directives.verdict({ tenant: 'acme' })?.verb === 'kill'));
  return directive.id;
}

/** Until the manifest in force says what was ordered, too. */
async function upToDate(...members: readonly Governed[]): Promise<void> {
  const before = Math.max(...members.map(({ subscriber }) => subscriber.applied().version));
  plane.feed.publish({ ...state, version: 2 });
  await plane.keys.rotate(context);
  await eventually(() => members.every(({ subscriber }) => subscriber.applied().version > before));
  await plane.server.settled(5_000);
}

const isNeeded = async () => (await createSnapshotClock({ db: stand.database.db('command') }).read()).lost;

describe('a platform that was restored from an older backup', () => {
  it('signs nothing until a new epoch is started, which begins with what subscribers hold', async () => {
    const [router, cluster] = [await subscribe(), await subscribe(clusterOf('nudge-standard'))];
    await Promise.all([router.subscriber.governed, cluster.subscriber.governed]);
    await backUp();
    const kill = await killAcme(router, cluster);
    const { keyId: lost } = await plane.keys.rotate(context);
    await upToDate(router, cluster);
    await plane.keys.revoke(context, lost, { reason: 'it leaked' });
    await upToDate(router, cluster);
    const held = router.subscriber.applied();
    await restore();

    await eventually(async () => (await query('select from held_key')).length === 2);
    await expect(plane.directives.order(context, { verb: 'pause', scope: {}, reason: 'tried' })).rejects.toMatchObject(needed);
    plane.feed.publish({ ...state, version: 9 });
    await plane.keys.rotate(context);
    await plane.server.settled(300);
    expect(await plane.directives.inForce()).toEqual([]);
    expect([router.subscriber.applied(), router.directives.verdict({ tenant: 'acme' })?.verb]).toEqual([held, 'kill']);

    const recovered = await plane.recover(context);
    expect(recovered).toMatchObject({ epoch: 2, shownBy: 2, directives: 1, revokedKeys: [lost] });
    expect(recovered.version).toBeGreaterThanOrEqual(held.version);
    await eventually(() => [router, cluster].every(({ subscriber }) => subscriber.applied().epoch === 2));
    await plane.server.settled(5_000);
    expect([router, cluster].map(({ directives }) => directives.verdict({ tenant: 'acme' })?.directives)).toEqual([[kill], [kill]]);
    expect([plane.keys.revokedKeys(), [...router.view().tenants.keys()].sort()]).toEqual([[lost], ['acme', 'birch']]);

    const { directive } = await plane.directives.resume(context, { ends: [kill], reason: 'it has stopped' });
    expect(directive).toMatchObject({ epoch: 2, sequence: 1 });
    await eventually(() => [router, cluster].every(({ directives }) => directives.verdict({ tenant: 'acme' }) === null));
    await expect(plane.recover(context)).rejects.toMatchObject({ code: 'COMMAND_RECOVERY_NOT_NEEDED' });
  });

  it('is recovered by nobody without its root key, and says who did it', async () => {
    const router = await subscribe();
    await router.subscriber.governed;
    await backUp();
    await upToDate(router);
    const pem = await readFile(stand.rootFile, 'utf8');
    await restore();
    await eventually(isNeeded);
    await rm(stand.rootFile);
    await expect(plane.recover(context)).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_OFFLINE' });
    const foreign = exportSigningKey(createSigningKey());
    await expect(plane.recover(context, { root: foreign })).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_FOREIGN' });
    expect(await isNeeded()).toBe(true);
    await plane.recover(context, { root: pem });
    await eventually(() => router.subscriber.applied().epoch === 2);
    const [row] = await query('select payload, key_id as "keyId", signature from recovery');
    expect(verifySignature(plane.keys.root(), 'recovery', row as unknown as Signed)).toBe(true);
    expect(JSON.parse(String((row as { payload?: string }).payload))).toMatchObject({ installation, epoch: 2, by: 'operator/ada' });
    expect(await query(`select target from audit_entry where action = 'recovery.start'`)).toEqual([{ target: 'epoch/2' }]);
    expect(await query('select from held_key union all select from held_directive')).toEqual([]);
  });

  it('whose key was revoked after the backup is not even heard, until it has another', async () => {
    const router = await subscribe();
    await router.subscriber.governed;
    const { keyId } = JSON.parse(plane.keys.signer.certificates()[0]?.payload ?? '') as { keyId: string };
    await backUp();
    await plane.keys.revoke(context, keyId, { reason: 'it leaked' });
    await upToDate(router);
    await upToDate(router);
    await restore();
    expect(plane.keys.signer.sign('link', {}).keyId).toBe(keyId);
    await plane.keys.rotate(context);
    await eventually(isNeeded, { timeoutMs: 20_000 });
    expect(await plane.recover(context)).toMatchObject({ revokedKeys: [keyId] });
    await eventually(() => router.subscriber.applied().epoch === 2);
    expect(plane.keys.revokedKeys()).toEqual([keyId]);
  }, 40_000);

  it('is known to be one after another restart, too', async () => {
    const router = await subscribe();
    await router.subscriber.governed;
    await backUp();
    await upToDate(router);
    await restore();
    await eventually(isNeeded);
    await plane.stop();
    plane = await startPlane();
    expect(await isNeeded()).toBe(true);
  });
});

it('a platform that has lost nothing is not recovered', async () => {
  const router = await subscribe();
  await router.subscriber.governed;
  await expect(plane.recover(context)).rejects.toMatchObject({ code: 'COMMAND_RECOVERY_NOT_NEEDED' });
});

describe('who shows what is not true', () => {
  const key = createSigningKey();
  const digestsKept = async () => (await query('select digest from held_directive')).length;

  /** Says hello with more than there ever was, and shows what `show` makes. */
  async function showing(show: (manifest: (parts?: Partial<Manifest>) => Signed) => Partial<Extract<Upward, { type: 'shown' }>>) {
    await plane.adopt([{ identity: routing(), publicKey: key.publicKey }]);
    const [theirs, ours] = joinWires();
    const heard: Downward[] = [];
    theirs.onMessage((text) => heard.push(JSON.parse(text) as Downward));
    plane.server.accept(ours, 'a-nonce');
    const say = (message: Upward) => theirs.send(JSON.stringify(message));
    const find = <Type extends Downward['type']>(type: Type) =>
      eventually(() => heard.find((message) => message.type === type) as Extract<Downward, { type: Type }> | undefined);
    const { nonce } = await find('challenge');
    const proof = sign(key, 'link', { by: 'subscriber', installation, nonce, subscriber: routing().id, channel: 'command' });
    const holds = { epoch: 7, version: 700, sections: {}, directives: [] };
    say({ type: 'hello', identity: routing(), channel: 'command', holds, proof });
    await find('show');
    const manifest = (parts: Partial<Manifest> = {}) =>
      plane.keys.signer.sign('manifest', {
        ...{ installation, subscriber: routing().id, epoch: 7, version: 700, sections: {}, directives: [], revokedKeys: [] },
        ...{ issuedAt: new Date(stand.clock.now()).toISOString(), freshUntil: new Date(stand.clock.now() + 60_000).toISOString() },
        ...parts,
      });
    say({ type: 'shown', manifest: manifest(), certificates: plane.keys.signer.certificates(), directives: [], ...show(manifest) });
    return { refusal: () => find('refused') };
  }

  it.each<[string, Parameters<typeof showing>[0], RegExp]>([
    [
      'its own signature',
      () => ({ manifest: sign(key, 'manifest', { installation, epoch: 7, version: 700, issuedAt: '2026-01-01' }) }),
      /AGENT_KEY/,
    ],
    ["another's manifest", (manifest) => ({ manifest: manifest({ subscriber: 'router.node-2' }) }), /SUBSCRIBER_LIED/],
    ["another installation's", (manifest) => ({ manifest: manifest({ installation: 'other' }) }), /INSTALLATION_FOREIGN/],
    [
      'a manifest that was changed',
      (manifest) => ({ manifest: { ...manifest(), payload: manifest({ epoch: 8 }).payload } }),
      /SIGNATURE_INVALID/,
    ],
    ['no manifest', () => ({ manifest: { payload: 'null', keyId: 'x', signature: 'x' } }), /LINK_PROTOCOL/],
  ])('%s is refused, and the platform goes on', async (_, show, code) => {
    const { refusal } = await showing(show);
    expect((await refusal()).code).toMatch(code);
    expect(await isNeeded()).toBe(false);
    expect(await query('select from held_key')).toEqual([]);
  });

  it('directives and certificates that the platform did not sign are not kept', async () => {
    const id = '0190a000-0000-7000-8000-000000000001';
    const kill = (by: string) => ({
      ...{ id, installation, epoch: 1, sequence: 9, verb: 'kill', scope: {}, reason: 'because', by },
      issuedAt: new Date(stand.clock.now()).toISOString(),
    });
    const forged = sign(key, 'directive', kill('operator/eve'));
    const borrowed = { ...forged, keyId: plane.keys.signer.sign('link', {}).keyId };
    const stranger = createSigningKey();
    const root = await plane.keys.openRoot();
    const certificate = { ...sign(stranger, 'certificate', { ...stranger, privateKey: undefined, installation }), keyId: root.keyId };
    const signed = plane.keys.signer.sign('directive', kill('operator/ada'));
    await showing(() => ({
      directives: [forged, borrowed, signed],
      certificates: [...plane.keys.signer.certificates(), certificate],
    }));
    await eventually(isNeeded);
    expect(await digestsKept()).toBe(1);
    expect(await plane.recover(context)).toMatchObject({ epoch: 8, version: 700, directives: 1 });
    expect((await plane.directives.inForce()).map(({ directive }) => directive)).toMatchObject([{ id, by: 'operator/ada' }]);
    expect((await plane.keys.status()).keys).toHaveLength(1);
  });
});
