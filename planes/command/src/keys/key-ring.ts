import {
  createSigningKey,
  createTrust,
  exportSigningKey,
  keyIdOf,
  type SigningKey,
  sign,
  signingKeyFrom,
  type Trust,
  verifySignature,
} from '@etis/agent';
import type { KeyStatus } from '@etis/contracts/command';
import type { Context } from '@etis/contracts/context';
import type { Log } from '@etis/contracts/log';
import type { Secrets } from '@etis/contracts/secrets';
import type { KeyCertificate, Signed, SigningPurpose } from '@etis/contracts/snapshot';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import { audit, type PlatformDb, type PlatformTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import { ownContext } from '../own-context.ts';
import {
  type KeyRecord,
  keepKey,
  keepRevoked,
  lockKeys,
  nextGeneration,
  readGeneration,
  readKeys,
  readRevoked,
  signingKeyBinding,
} from './key-rows.ts';
import { createRootKey, readRootKey } from './root-key.ts';

/** Signs for the platform. */
export interface Signer {
  /** @throws COMMAND_RECOVERY_NEEDED, COMMAND_SIGNING_KEY_MISSING */
  sign(purpose: SigningPurpose, value: unknown): Signed;
  /** What certifies the key that signs now; nothing while none does. */
  certificates(): readonly Signed[];
}

export interface KeyRingOptions {
  readonly db: PlatformDb;
  /** Seals the private keys with the platform's own data key, which has to be in use when the ring starts. */
  readonly secrets: Secrets;
  readonly installation: string;
  /** Where the root key is, or was before it was moved offline. */
  readonly rootFile: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after the keys have changed, here or elsewhere. */
  readonly changed?: () => void;
}

/**
 * Every key that the platform signs with. `start` makes the root key and the first online key where there is none; where the key that signed has ended
 * and the root key is offline it starts without one, and signs once the root key is back in its file or was handed to `rotate`.
 */
export interface KeyRing extends Service {
  readonly signer: Signer;
  /** What the platform itself takes for signed: by its own keys, by operators', and by those that it has lost. */
  readonly trust: Trust;
  /** Whether a key of ours, one that has ended since included and one that was revoked not, signed something at a moment (epoch milliseconds). */
  wasSigned(purpose: SigningPurpose, signed: Signed, at: number): boolean;
  /** Raw public root key, base64url. */
  root(): string;
  revokedKeys(): readonly string[];
  /** Rises with every change that subscribers have to learn. */
  generation(): number;
  status(): Promise<KeyStatus>;
  /** Puts a new online key in force. `root` is the root key's PEM where it is not in its file. @throws COMMAND_ROOT_KEY_OFFLINE, COMMAND_ROOT_KEY_FOREIGN */
  rotate(context: Context, options?: { root?: string }): Promise<KeyCertificate>;
  /** Takes a key out of force everywhere; where it is the one that signs, another takes its place first. @throws as `rotate`, COMMAND_SIGNING_KEY_UNKNOWN */
  revoke(context: Context, keyId: string, options: { reason: string; root?: string }): Promise<void>;
  /** Certifies an operator's own public key (raw, base64url) for break-glass; resolves to the certificate. @throws as `rotate` */
  certifyOperator(context: Context, options: { publicKey: string; validMs: number; root?: string }): Promise<Signed>;
  /** Takes what subscribers hold and this platform has lost; what the root did not certify is passed over. */
  adopt(context: Context, lost: { certificates: readonly Signed[]; revoked: readonly string[] }): Promise<void>;
  /** The root key from its text, or from its file. @throws COMMAND_ROOT_KEY_OFFLINE, COMMAND_ROOT_KEY_FOREIGN */
  openRoot(pem?: string): Promise<SigningKey>;
  /** Reads again what is kept. */
  refresh(): Promise<void>;
}

const dayMs = 86_400_000;
const onlineForMs = 90 * dayMs;
const renewedBeforeMs = 30 * dayMs;
/** Other processes' clocks may be behind. */
const backdatedMs = 3_600_000;
/** So soon a root key is found that was brought back. */
const lookMs = 60_000;
const sayEveryMs = 3_600_000;

interface Ring {
  readonly keys: readonly KeyRecord[];
  readonly revoked: readonly string[];
  readonly generation: number;
  readonly current: { readonly record: KeyRecord; readonly key: SigningKey } | null;
}

export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { db, secrets, installation, rootFile, clock, log } = options;
  let root = '';
  let trust: Trust | undefined;
  let saidOfflineAt = Number.NEGATIVE_INFINITY;
  let ring: Ring = { keys: [], revoked: [], generation: -1, current: null };

  async function establishRoot(): Promise<void> {
    root = await db.platform(ownContext(log), 'establish the root of trust', async (tx) => {
      await lockKeys(tx);
      const [row] = await tx.query<{ installation: string; public_key: string }>('select installation, public_key from trust_root');
      if (row !== undefined && row.installation !== installation) throw errors.INSTALLATION_MISMATCH(row.installation, installation);
      if (row !== undefined) return row.public_key;
      const { publicKey } = await createRootKey(rootFile);
      await tx.query('insert into trust_root (installation, public_key) values ($1, $2)', [installation, publicKey]);
      log.info({ file: rootFile }, 'the root key of this installation was made; it is exportable: move it offline');
      return publicKey;
    });
    trust = createTrust({ installation, root });
  }

  function newestOf(keys: readonly KeyRecord[], revoked: readonly string[]): KeyRecord | undefined {
    const now = clock.now();
    return keys.findLast(
      ({ certificate, sealed }) =>
        certificate.role === 'online' &&
        sealed !== null &&
        !revoked.includes(certificate.keyId) &&
        Date.parse(certificate.notBefore) <= now &&
        Date.parse(certificate.notAfter) > now,
    );
  }

  async function read(tx: PlatformTx): Promise<Ring> {
    const generation = await readGeneration(tx);
    const [keys, revoked] = [await readKeys(tx), await readRevoked(tx)];
    const record = newestOf(keys, revoked);
    const current =
      record?.sealed == null
        ? null
        : { record, key: signingKeyFrom(secrets.open(record.sealed, signingKeyBinding(record.certificate.keyId))) };
    return { keys, revoked, generation, current };
  }

  function take(fresh: Ring): void {
    if (fresh.generation < ring.generation) return;
    const isChanged = fresh.generation !== ring.generation;
    ring = fresh;
    trust?.learn(
      fresh.keys.map(({ signed }) => signed),
      clock.now(),
    );
    trust?.revoke(fresh.revoked);
    if (isChanged) options.changed?.();
  }

  /** Changes the keys in one transaction and puts what came of it in force here. */
  async function change(context: Context, reason: string, work: (tx: PlatformTx) => Promise<void>): Promise<void> {
    take(
      await db.platform(context, reason, async (tx) => {
        await lockKeys(tx);
        await work(tx);
        return await read(tx);
      }),
    );
  }

  async function openRoot(pem?: string): Promise<SigningKey> {
    const key = pem === undefined ? await readRootKey(rootFile) : signingKeyFrom(pem);
    if (key === null) throw errors.ROOT_KEY_OFFLINE(rootFile);
    if (key.publicKey !== root) throw errors.ROOT_KEY_FOREIGN();
    return key;
  }

  function certify(by: SigningKey, about: Pick<KeyCertificate, 'publicKey' | 'role'> & { validMs: number }): KeyRecord {
    const now = clock.now();
    const certificate: KeyCertificate = {
      installation,
      keyId: keyIdOf(about.publicKey),
      publicKey: about.publicKey,
      role: about.role,
      notBefore: new Date(now - backdatedMs).toISOString(),
      notAfter: new Date(now + about.validMs).toISOString(),
    };
    return { certificate, signed: sign(by, 'certificate', certificate), sealed: null };
  }

  async function addOnlineKey(tx: PlatformTx, context: Context, by: SigningKey): Promise<KeyCertificate> {
    const key = createSigningKey();
    const record = certify(by, { publicKey: key.publicKey, role: 'online', validMs: onlineForMs });
    await keepKey(tx, { ...record, sealed: secrets.seal(exportSigningKey(key), signingKeyBinding(key.keyId)) });
    await nextGeneration(tx);
    const { notAfter } = record.certificate;
    await audit.record(tx, context, { action: 'signing-key.rotate', target: `signing-key/${key.keyId}`, detail: { notAfter } });
    log.info({ keyId: key.keyId, notAfter }, 'a new key signs for the platform');
    return record.certificate;
  }

  /** Of processes that look at the same time, one makes the key. */
  async function renewInTime(): Promise<void> {
    if (!isEnding(ring.current?.record)) return;
    if ((await readRootKey(rootFile)) === null) {
      sayOffline();
      return;
    }
    const context = ownContext(log);
    await change(context, 'renew the signing key', async (tx) => {
      if (!isEnding(newestOf(await readKeys(tx), await readRevoked(tx)))) return;
      await addOnlineKey(tx, context, await openRoot());
    });
  }

  /** A platform that cannot sign starts all the same: it takes the root key from an operator, and everything else goes on. */
  function sayOffline(): void {
    if (clock.now() - saidOfflineAt < sayEveryMs) return;
    saidOfflineAt = clock.now();
    if (inForce() === null) {
      log.error(
        { file: rootFile },
        'nothing is signed: the key that signs for the platform has ended or is gone, and the root key is not in its file; bring it there, and a new key signs within a minute ("etis keys rotate" makes it at once)',
      );
      return;
    }
    const notAfter = ring.current?.record.certificate.notAfter;
    log.warn({ notAfter }, 'the key that signs for the platform is about to end and the root key is offline; bring it back and rotate');
  }

  function inForce(): Ring['current'] {
    const { current } = ring;
    return current === null || Date.parse(current.record.certificate.notAfter) <= clock.now() ? null : current;
  }

  function isEnding(record: KeyRecord | undefined): boolean {
    return record === undefined || Date.parse(record.certificate.notAfter) - clock.now() < renewedBeforeMs;
  }

  async function refresh(): Promise<void> {
    take(await db.platform(ownContext(log), 'read the signing keys', read));
  }

  const loop = createLoop({
    name: 'signing keys',
    log,
    idleMs: lookMs,
    async round() {
      await renewInTime();
      return false;
    },
  });

  return {
    name: loop.name,
    signer: {
      sign(purpose, value) {
        const current = inForce();
        if (current === null) throw errors.SIGNING_KEY_MISSING();
        return sign(current.key, purpose, value);
      },
      certificates() {
        const current = inForce();
        return current === null ? [] : [current.record.signed];
      },
    },
    get trust() {
      if (trust === undefined) throw errors.SIGNING_KEY_MISSING();
      return trust;
    },
    wasSigned(purpose, signed, at) {
      const record = ring.keys.find(({ certificate }) => certificate.keyId === signed.keyId && certificate.role === 'online');
      if (record === undefined || ring.revoked.includes(signed.keyId)) return false;
      const { notBefore, notAfter, publicKey } = record.certificate;
      return at >= Date.parse(notBefore) && at < Date.parse(notAfter) && verifySignature(publicKey, purpose, signed);
    },
    root: () => root,
    revokedKeys: () => ring.revoked,
    generation: () => ring.generation,
    openRoot,
    refresh,
    async status() {
      const { keys, revoked } = ring;
      const current = inForce();
      return {
        root,
        rootIsHere: (await readRootKey(rootFile)) !== null,
        current: current === null ? null : { keyId: current.key.keyId, notAfter: current.record.certificate.notAfter },
        keys: keys.map(({ certificate }) => ({ ...certificate, revoked: revoked.includes(certificate.keyId) })),
      };
    },
    async rotate(context, { root: pem } = {}) {
      const by = await openRoot(pem);
      let made: KeyCertificate | undefined;
      await change(context, 'rotate the signing key', async (tx) => {
        made = await addOnlineKey(tx, context, by);
      });
      if (made === undefined) throw errors.SIGNING_KEY_MISSING();
      return made;
    },
    async revoke(context, keyId, { reason, root: pem }) {
      if (!ring.keys.some(({ certificate }) => certificate.keyId === keyId)) throw errors.SIGNING_KEY_UNKNOWN(keyId);
      const by = ring.current?.key.keyId === keyId ? await openRoot(pem) : null;
      await change(context, 'revoke a signing key', async (tx) => {
        if (by !== null) await addOnlineKey(tx, context, by);
        if (!(await keepRevoked(tx, [keyId], reason))) return;
        await nextGeneration(tx);
        await audit.record(tx, context, { action: 'signing-key.revoke', target: `signing-key/${keyId}`, reason });
      });
    },
    async certifyOperator(context, { publicKey, validMs, root: pem }) {
      const record = certify(await openRoot(pem), { publicKey, role: 'operator', validMs });
      await change(context, 'certify an operator', async (tx) => {
        await keepKey(tx, record);
        await nextGeneration(tx);
        const { keyId, notAfter } = record.certificate;
        await audit.record(tx, context, { action: 'signing-key.certify-operator', target: `signing-key/${keyId}`, detail: { notAfter } });
      });
      return record.signed;
    },
    async adopt(context, { certificates, revoked }) {
      const rootId = keyIdOf(root);
      await change(context, 'adopt keys that subscribers hold', async (tx) => {
        const known = new Set((await readKeys(tx)).map(({ certificate }) => certificate.keyId));
        for (const signed of certificates) {
          const certificate = JSON.parse(signed.payload) as KeyCertificate;
          if (signed.keyId !== rootId || !verifySignature(root, 'certificate', signed) || known.has(certificate.keyId)) continue;
          known.add(certificate.keyId);
          await keepKey(tx, { certificate, signed, sealed: null });
        }
        await keepRevoked(tx, revoked, 'held by subscribers when the platform was restored');
        await nextGeneration(tx);
      });
    },
    async start() {
      await establishRoot();
      await refresh();
      await renewInTime();
      await loop.start();
    },
    stop: () => loop.stop(),
  };
}
