import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/** Seals bytes with AES-256-GCM as `v1.<key id>.<nonce>.<ciphertext and tag>`, each part base64url. The key id is authenticated too. */
export function sealEnvelope(key: { id: string; bytes: Buffer }, plain: Buffer, place: readonly string[]): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(additionalData([version, key.id, ...place]));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return [version, base64url(Buffer.from(key.id)), base64url(nonce), base64url(sealed)].join('.');
}

/** The id of the key that sealed an envelope; null for what is no envelope. */
export function envelopeKeyId(envelope: string): string | null {
  return parse(envelope)?.keyId ?? null;
}

/** The bytes of an envelope; null where the key, the place or any bit of the envelope is not the one that was sealed. */
export function openEnvelope(key: { id: string; bytes: Buffer }, envelope: string, place: readonly string[]): Buffer | null {
  const parts = parse(envelope);
  if (parts === null || parts.keyId !== key.id) return null;
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, parts.nonce, { authTagLength: tagBytes });
  decipher.setAAD(additionalData([version, key.id, ...place]));
  decipher.setAuthTag(parts.sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(parts.sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    // Node reports a failed authentication as an exception without a code of its own; it is the one way to fail here.
    return null;
  }
}

interface Parts {
  readonly keyId: string;
  readonly nonce: Buffer;
  readonly sealed: Buffer;
}

function parse(envelope: string): Parts | null {
  const [head, ...parts] = envelope.split('.');
  const [keyId, nonce, sealed] = parts.map(fromBase64url);
  if (head !== version || parts.length !== 3 || !keyId || !nonce || !sealed) return null;
  if (keyId.length === 0 || nonce.length !== nonceBytes || sealed.length < tagBytes) return null;
  return { keyId: keyId.toString(), nonce, sealed };
}

/** Each part with its length before it, so that no two lists of parts give the same bytes. */
function additionalData(parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url');
}

/** Only the canonical text of some bytes counts, so that an envelope has one form. */
function fromBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return base64url(bytes) === text ? bytes : null;
}
