import type { KeyObject } from 'node:crypto';
import type { KeyCertificate, Signed, SigningPurpose } from '@etis/contracts/snapshot';
import { errors } from '../errors.ts';
import { publicKeyFrom, verifySignature } from './signature.ts';
import { keyIdOf } from './signing-key.ts';

/** What the pinned root key certified, and what it no longer stands for. */
export interface Trust {
  /** Takes certificates that the root signed for this installation and that are not over at `now` (epoch milliseconds); passes over every other. */
  learn(certificates: readonly Signed[], now: number): void;
  /** Takes keys out for good. */
  revoke(keyIds: readonly string[]): void;
  /**
   * What was signed, once its signature has been verified by a certified key of the role.
   * @throws AGENT_SIGNATURE_INVALID, AGENT_KEY_UNKNOWN, AGENT_KEY_EXPIRED, AGENT_KEY_REVOKED, AGENT_INSTALLATION_FOREIGN
   */
  open<T>(purpose: SigningPurpose, signed: Signed, options: { readonly now: number; readonly role: KeyCertificate['role'] }): T;
}

interface KnownKey {
  readonly certificate: KeyCertificate;
  readonly key: KeyObject;
  readonly from: number;
  readonly until: number;
}

/** What a process is sent at about the same time for all of its parts. */
const mostVerified = 64;
/** Far more than an installation ever has at a time. */
const mostKeys = 1_000;

/**
 * Trusts nothing but what the root key (raw, base64url) certified for the installation. The parts of a process share one, so that an order that comes to
 * each of them is verified once; whether its key still counts is looked at every time.
 */
export function createTrust({ installation, root }: { installation: string; root: string }): Trust {
  const rootKey = publicKeyFrom(root);
  const rootId = keyIdOf(root);
  const known = new Map<string, KnownKey>();
  const revoked = new Set<string>();
  /** Certificates that were verified before; they come with everything that is sent. */
  const seen = new Set<string>();
  /** Payloads whose signature was right, by what a signature is about: purpose, key and the signature itself. */
  const verified = new Map<string, string>();

  function learnOne(signed: Signed, now: number): void {
    if (rootKey === null || signed.keyId !== rootId || seen.has(signed.payload)) return;
    if (!verifySignature(rootKey, 'certificate', signed)) return;
    const certificate = JSON.parse(signed.payload) as KeyCertificate;
    const key = publicKeyFrom(certificate.publicKey);
    const [from, until] = [Date.parse(certificate.notBefore), Date.parse(certificate.notAfter)];
    if (key === null || certificate.installation !== installation || keyIdOf(certificate.publicKey) !== certificate.keyId) return;
    if (!(until > now) || (known.get(certificate.keyId)?.until ?? 0) >= until) return;
    makeRoom(now);
    if (known.size >= mostKeys) return;
    known.set(certificate.keyId, { certificate, key, from, until });
    seen.add(signed.payload);
  }

  function isSigned(signer: KnownKey, purpose: SigningPurpose, signed: Signed): boolean {
    const name = `${purpose} ${signer.certificate.keyId} ${signed.signature}`;
    if (verified.get(name) === signed.payload) return true;
    if (!verifySignature(signer.key, purpose, signed)) return false;
    if (verified.size >= mostVerified) verified.delete(verified.keys().next().value ?? '');
    verified.set(name, signed.payload);
    return true;
  }

  function makeRoom(now: number): void {
    if (known.size < mostKeys && seen.size < mostKeys) return;
    for (const [id, { until }] of known) if (until <= now) known.delete(id);
    seen.clear();
  }

  return {
    learn(certificates, now) {
      for (const certificate of certificates) learnOne(certificate, now);
    },
    revoke(keyIds) {
      for (const keyId of keyIds) revoked.add(keyId);
    },
    open<T>(purpose: SigningPurpose, signed: Signed, { now, role }: { readonly now: number; readonly role: KeyCertificate['role'] }): T {
      if (revoked.has(signed.keyId)) throw errors.KEY_REVOKED(signed.keyId);
      const signer = known.get(signed.keyId);
      if (signer === undefined || signer.certificate.role !== role) throw errors.KEY_UNKNOWN(signed.keyId);
      if (now < signer.from || now >= signer.until) throw errors.KEY_EXPIRED(signed.keyId);
      if (!isSigned(signer, purpose, signed)) throw errors.SIGNATURE_INVALID(purpose);
      const value = JSON.parse(signed.payload) as T & { readonly installation?: unknown };
      if (value?.installation !== installation) throw errors.INSTALLATION_FOREIGN();
      return value;
    },
  };
}
