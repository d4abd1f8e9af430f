import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecrets, createSigningKey, createTrust, exportSigningKey, type SecretVault, sign } from '@etis/agent';
import type { Log } from '@etis/contracts/log';
import type { KeyCertificate, Signed } from '@etis/contracts/snapshot';
import { silentLog } from '@etis/kernel';
import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandDomain } from '../domain.ts';
import { createKeyRing, type KeyRing, type KeyRingOptions } from './key-ring.ts';

const installation = 'under-test';
const context = testContext({ actor: { kind: 'operator', id: 'ada' } });
const dayMs = 86_400_000;
const clock = {
  at: 0,
  now() {
    return Date.now() + this.at;
  },
};

let database: TestDatabase;
let folder: string;
let rootFile: string;
let secrets: SecretVault;
let running: KeyRing[];
beforeEach(async () => {
  database = await createTestDatabase({ domains: [commandDomain] });
  folder = await mkdtemp(join(tmpdir(), 'etis-keys-'));
  rootFile = join(folder, 'root-key.pem');
  secrets = createSecrets({ masterKey: randomBytes(32) });
  secrets.addDataKey(secrets.newDataKey(null));
  running = [];
  clock.at = 0;
});
afterEach(async () => {
  for (const ring of running) await ring.stop();
  await database.drop();
  await rm(folder, { recursive: true });
});

function ringOf(options: Partial<KeyRingOptions> = {}): KeyRing {
  const ring = createKeyRing({ db: database.db('command'), secrets, installation, rootFile, clock, log: silentLog, ...options });
  running.push(ring);
  return ring;
}

async function started(options: Partial<KeyRingOptions> = {}): Promise<KeyRing> {
  const ring = ringOf(options);
  await ring.start();
  return ring;
}

/** Takes the root key away, as an operator does; the way to bring it along in a command. */
async function moveOffline(): Promise<string> {
  const pem = await readFile(rootFile, 'utf8');
  await rm(rootFile);
  return pem;
}

const signedBy = ({ signer }: KeyRing): Signed => signer.sign('manifest', { installation, version: 1 });

/** What a node says of something signed, that pins the root and was sent these certificates. */
function verdict(
  ring: KeyRing,
  signed: Signed,
  { certificates = ring.signer.certificates(), role = 'online' as KeyCertificate['role'] } = {},
) {
  const trust = createTrust({ installation, root: ring.root() });
  trust.learn(certificates, clock.now());
  trust.revoke(ring.revokedKeys());
  try {
    trust.open('manifest', signed, { now: clock.now(), role });
    return 'trusted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const audited = async () =>
  (await database.admin('command')(`select action from audit_entry where action like 'signing-key.%' order by id`)).map(
    ({ action }) => action as string,
  );

describe('a first start', () => {
  it('makes a root key for its owner alone, and an online key that it certifies', async () => {
    const ring = await started();
    expect((await stat(rootFile)).mode & 0o777).toBe(0o600);
    expect(verdict(ring, signedBy(ring))).toBe('trusted');
    const status = await ring.status();
    expect(status).toMatchObject({ root: ring.root(), rootIsHere: true, keys: [{ role: 'online', revoked: false, installation }] });
    expect(Date.parse(status.current?.notAfter ?? '') - clock.now()).toBeGreaterThan(89 * dayMs);
    expect(await audited()).toEqual(['signing-key.rotate']);
  });

  it('of several processes makes one of each', async () => {
    const rings = await Promise.all([started(), started(), started()]);
    expect(new Set(rings.map((ring) => ring.root())).size).toBe(1);
    for (const ring of rings) await ring.refresh();
    expect(new Set(rings.map((ring) => signedBy(ring).keyId)).size).toBe(1);
    expect((await rings[0]?.status())?.keys).toHaveLength(1);
  });

  it('keeps private keys sealed: another master key opens none', async () => {
    const ring = await started();
    const [row] = await database.admin('command')('select sealed, payload from signing_key');
    expect(row).toMatchObject({ sealed: expect.stringMatching(/^v1\./) });
    expect(JSON.stringify(row)).not.toContain('PRIVATE');
    await ring.stop();
    const foreign = createSecrets({ masterKey: randomBytes(32) });
    foreign.addDataKey(foreign.newDataKey(null));
    await expect(ringOf({ secrets: foreign }).start()).rejects.toThrow();
  });
});

describe('a later start', () => {
  it('signs with what is there, without the root key', async () => {
    const first = await started();
    const { keyId } = signedBy(first);
    await first.stop();
    await moveOffline();
    const second = await started();
    expect([signedBy(second).keyId, second.root()]).toEqual([keyId, first.root()]);
    expect(await second.status()).toMatchObject({ rootIsHere: false });
  });

  it('is refused under the name of another installation', async () => {
    await started();
    await expect(ringOf({ installation: 'another' }).start()).rejects.toMatchObject({ code: 'COMMAND_INSTALLATION_MISMATCH' });
  });

  it('renews a key in its last 30 days, and one that is not near its end not', async () => {
    const first = await started();
    const { keyId } = signedBy(first);
    await first.stop();
    clock.at = 59 * dayMs;
    const early = await started();
    expect(signedBy(early).keyId).toBe(keyId);
    await early.stop();
    clock.at = 61 * dayMs;
    const late = await started();
    expect(signedBy(late).keyId).not.toBe(keyId);
    expect(verdict(late, signedBy(late))).toBe('trusted');
  });

  it('goes on with a key that is about to end while the root key is offline, and signs nothing after its end', async () => {
    const first = await started();
    const { keyId } = signedBy(first);
    await first.stop();
    const pem = await moveOffline();
    clock.at = 80 * dayMs;
    const ring = await started();
    expect(signedBy(ring).keyId).toBe(keyId);
    clock.at = 91 * dayMs;
    expect(() => signedBy(ring)).toThrow(expect.objectContaining({ code: 'COMMAND_SIGNING_KEY_MISSING' }));
    await ring.rotate(context, { root: pem });
    expect(verdict(ring, signedBy(ring))).toBe('trusted');
  });
});

describe('a start without a key that may sign', () => {
  const errorsOf = (said: string[]): Log => ({ ...silentLog, error: (_fields: object, text: string) => void said.push(text) }) as Log;

  it('comes up when the key has ended and the root key is offline, says what to do, and signs once the root key is handed over', async () => {
    await (await started()).stop();
    const pem = await moveOffline();
    clock.at = 91 * dayMs;
    const said: string[] = [];
    const ring = await started({ log: errorsOf(said) });
    expect(() => signedBy(ring)).toThrow(expect.objectContaining({ code: 'COMMAND_SIGNING_KEY_MISSING', kind: 'unavailable' }));
    expect(ring.signer.certificates()).toEqual([]);
    expect(await ring.status()).toMatchObject({ current: null, rootIsHere: false, root: ring.root() });
    expect(said).toEqual([expect.stringContaining('etis keys rotate')]);
    await ring.rotate(context, { root: pem });
    expect(verdict(ring, signedBy(ring))).toBe('trusted');
  });

  it('makes another key at once where the root key is in its file', async () => {
    const first = await started();
    const { keyId } = signedBy(first);
    await first.stop();
    clock.at = 91 * dayMs;
    const ring = await started();
    expect(signedBy(ring).keyId).not.toBe(keyId);
    expect(verdict(ring, signedBy(ring))).toBe('trusted');
  });

  it('comes up when no key was ever made and the root key is gone', async () => {
    await (await started()).stop();
    await database.admin('command')('delete from signing_key');
    await moveOffline();
    const said: string[] = [];
    const ring = await started({ log: errorsOf(said) });
    expect(ring.signer.certificates()).toEqual([]);
    expect(said).toHaveLength(1);
  });

  it('is refused with a root key that is not the one of this installation', async () => {
    await (await started()).stop();
    clock.at = 91 * dayMs;
    await writeFile(rootFile, exportSigningKey(createSigningKey()), { mode: 0o600 });
    await expect(ringOf().start()).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_FOREIGN' });
  });
});

describe('a rotation', () => {
  it('puts a new key in force here and, once they look, everywhere; what the old one signed still counts', async () => {
    let told = 0;
    const [one, other] = [await started({ changed: () => (told += 1) }), await started()];
    const [before, old, toldBefore] = [one.generation(), signedBy(one), told];
    const oldCertificates = one.signer.certificates();
    const { keyId } = await one.rotate(context);
    expect([signedBy(one).keyId, told]).toEqual([keyId, toldBefore + 1]);
    expect(one.generation()).toBeGreaterThan(before);
    expect(signedBy(other).keyId).toBe(old.keyId);
    await other.refresh();
    expect([signedBy(other).keyId, other.generation()]).toEqual([keyId, one.generation()]);
    expect(verdict(one, old, { certificates: oldCertificates })).toBe('trusted');
    expect(one.trust.open('manifest', old, { now: clock.now(), role: 'online' })).toMatchObject({ version: 1 });
  });

  it('needs the root key of this installation', async () => {
    const ring = await started();
    const pem = await moveOffline();
    const foreign = exportSigningKey(createSigningKey());
    await expect(ring.rotate(context)).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_OFFLINE' });
    await expect(ring.rotate(context, { root: foreign })).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_FOREIGN' });
    await writeFile(rootFile, foreign, { mode: 0o600 });
    await expect(ring.rotate(context)).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_FOREIGN' });
    expect((await ring.status()).keys).toHaveLength(1);
    await ring.rotate(context, { root: pem });
    expect((await ring.status()).keys).toHaveLength(2);
  });
});

describe('a revocation', () => {
  it('of the key that signs puts another in its place first, and what it signed counts no more', async () => {
    const ring = await started();
    const old = signedBy(ring);
    const certificates = ring.signer.certificates();
    await ring.revoke(context, old.keyId, { reason: 'it leaked' });
    expect(ring.revokedKeys()).toEqual([old.keyId]);
    expect(signedBy(ring).keyId).not.toBe(old.keyId);
    expect(verdict(ring, old, { certificates })).toBe('AGENT_KEY_REVOKED');
    expect(verdict(ring, signedBy(ring))).toBe('trusted');
    expect(await audited()).toEqual(['signing-key.rotate', 'signing-key.rotate', 'signing-key.revoke']);
  });

  it('of another one needs no root key, and twice is once', async () => {
    const ring = await started();
    const old = signedBy(ring);
    await ring.rotate(context);
    await moveOffline();
    await ring.revoke(context, old.keyId, { reason: 'it leaked' });
    const generation = ring.generation();
    await ring.revoke(context, old.keyId, { reason: 'it leaked' });
    expect([ring.revokedKeys(), ring.generation()]).toEqual([[old.keyId], generation]);
  });

  it('of the key that signs is refused without the root key, and nothing has changed', async () => {
    const ring = await started();
    const { keyId } = signedBy(ring);
    await moveOffline();
    await expect(ring.revoke(context, keyId, { reason: 'it leaked' })).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_OFFLINE' });
    await expect(ring.revoke(context, 'f'.repeat(32), { reason: 'no such' })).rejects.toMatchObject({
      code: 'COMMAND_SIGNING_KEY_UNKNOWN',
    });
    expect([ring.revokedKeys(), signedBy(ring).keyId]).toEqual([[], keyId]);
  });

  it('reaches other processes when they look', async () => {
    const [one, other] = [await started(), await started()];
    const { keyId } = signedBy(one);
    await one.revoke(context, keyId, { reason: 'it leaked' });
    await other.refresh();
    expect([other.revokedKeys(), signedBy(other).keyId]).toEqual([[keyId], signedBy(one).keyId]);
  });
});

it("an operator's key is certified for break-glass alone, and never signs for the platform", async () => {
  const ring = await started();
  const key = createSigningKey();
  const { keyId } = signedBy(ring);
  const certificate = await ring.certifyOperator(context, { publicKey: key.publicKey, validMs: 3_600_000 });
  expect(signedBy(ring).keyId).toBe(keyId);
  const order = sign(key, 'break-glass', { installation, verb: 'kill' });
  expect(ring.trust.open('break-glass', order, { now: clock.now(), role: 'operator' })).toMatchObject({ verb: 'kill' });
  const manifest = sign(key, 'manifest', { installation, version: 9 });
  expect(verdict(ring, manifest, { certificates: [certificate] })).toBe('AGENT_KEY_UNKNOWN');
  expect(JSON.parse(certificate.payload)).toMatchObject({ role: 'operator', keyId: key.keyId });
});

it('what was signed in its time is known for good, unless its key was revoked', async () => {
  const ring = await started();
  const signed = signedBy(ring);
  const then = clock.now();
  expect(ring.wasSigned('manifest', signed, then)).toBe(true);
  expect(ring.wasSigned('checkpoint', signed, then), 'for something else').toBe(false);
  expect(ring.wasSigned('manifest', { ...signed, payload: '{}' }, then), 'another text').toBe(false);
  expect(ring.wasSigned('manifest', signed, then - dayMs), 'before it counted').toBe(false);
  expect(ring.wasSigned('manifest', signed, then + 91 * dayMs), 'after its end').toBe(false);
  clock.at = 100 * dayMs;
  expect(ring.wasSigned('manifest', signed, then)).toBe(true);
  clock.at = 0;
  await ring.revoke(context, signed.keyId, { reason: 'it leaked' });
  expect(ring.wasSigned('manifest', signed, then)).toBe(false);
});

it('keys that subscribers hold and this platform has lost are taken where its root certified them', async () => {
  const ring = await started();
  const root = await ring.openRoot();
  const certified = (by: typeof root): [string, Signed] => {
    const { keyId, publicKey } = createSigningKey();
    const [notBefore, notAfter] = [new Date(clock.now() - 1_000), new Date(clock.now() + dayMs)].map((at) => at.toISOString());
    return [keyId, sign(by, 'certificate', { installation, keyId, publicKey, role: 'online', notBefore, notAfter })];
  };
  const [[lost, ours], [, foreign]] = [certified(root), certified(createSigningKey())];
  const { keyId } = signedBy(ring);
  await ring.adopt(context, { certificates: [ours, foreign], revoked: ['e'.repeat(32)] });
  expect((await ring.status()).keys.map((key) => key.keyId)).toEqual([keyId, lost]);
  expect(ring.revokedKeys()).toEqual(['e'.repeat(32)]);
  expect(signedBy(ring).keyId, 'nobody here has its private half').toBe(keyId);
});
