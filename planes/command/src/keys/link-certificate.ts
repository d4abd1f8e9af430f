import { createPublicKey, generateKeyPairSync, hash, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { linkName } from '@etis/agent';
import { der } from './der.ts';

/** A certificate with its private key, both PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly privateKey: string;
}

const ecdsaWithSha256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
/** Clocks differ; what is made now counts everywhere. */
const backdatedMs = 3_600_000;

/** A self-signed authority (ECDSA P-256) that may sign server certificates and nothing below another authority. */
export function createLinkAuthority({ now, validMs }: { now: number; validMs: number }): CertifiedKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = nameOf('etiS link authority');
  const extensions = [
    extension('2.5.29.19', der.sequence(der.yes(), der.integer(Buffer.from([0]))), { critical: true }),
    // keyCertSign alone
    extension('2.5.29.15', der.bits(Buffer.from([0x04]), 2), { critical: true }),
  ];
  return certify({ subject, issuer: subject, key: privateKey, signer: privateKey, extensions, now, until: now + validMs });
}

/** A certificate for the link's listeners, signed by the authority and never longer than it. */
export function createLinkCertificate(authority: CertifiedKey, { now, validMs }: { now: number; validMs: number }): CertifiedKey {
  const issuer = new X509Certificate(authority.certificate);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    // digitalSignature alone
    extension('2.5.29.15', der.bits(Buffer.from([0x80]), 7), { critical: true }),
    // serverAuth
    extension('2.5.29.37', der.sequence(der.oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', der.sequence(der.context(2, Buffer.from(linkName), { constructed: false }))),
  ];
  return certify({
    subject: nameOf(linkName),
    issuer: nameOf('etiS link authority'),
    key: privateKey,
    signer: authority.privateKey,
    authorityKey: issuer.publicKey,
    extensions,
    now,
    until: Math.min(now + validMs, Date.parse(issuer.validTo)),
  });
}

function certify(made: {
  subject: Buffer;
  issuer: Buffer;
  key: KeyObject;
  signer: KeyObject | string;
  authorityKey?: KeyObject;
  extensions: readonly Buffer[];
  now: number;
  until: number;
}): CertifiedKey {
  const publicKey = createPublicKey(made.key);
  const keyIds = [
    extension('2.5.29.14', der.octets(keyIdOf(publicKey))),
    extension('2.5.29.35', der.sequence(der.context(0, keyIdOf(made.authorityKey ?? publicKey), { constructed: false }))),
  ];
  const body = der.sequence(
    der.context(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    ecdsaWithSha256,
    made.issuer,
    der.sequence(der.time(made.now - backdatedMs), der.time(made.until)),
    made.subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der.context(3, der.sequence(...made.extensions, ...keyIds)),
  );
  const certificate = der.sequence(body, ecdsaWithSha256, der.bits(sign('sha256', body, made.signer)));
  return {
    certificate: new X509Certificate(certificate).toString(),
    privateKey: made.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function nameOf(commonName: string): Buffer {
  return der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.text(commonName))));
}

function extension(oid: string, value: Buffer, { critical = false } = {}): Buffer {
  return der.sequence(der.oid(oid), ...(critical ? [der.yes()] : []), der.octets(value));
}

function keyIdOf(publicKey: KeyObject): Buffer {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'buffer').subarray(0, 20);
}
