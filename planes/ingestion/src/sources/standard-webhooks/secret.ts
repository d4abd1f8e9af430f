import { createPublicKey, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

const symmetric = 'whsec_';
const publicKey = 'whpk_';
const privateKey = 'whsk_';

/**
 * The key of a secret: `whsec_` and the base64 of 24 to 64 bytes (the prefix may be missing), or `whpk_` and the base64 of an ed25519 public key.
 * @throws for any other text, with what is wrong.
 */
export function keyOf(secret: string): KeyObject {
  if (secret.startsWith(privateKey))
    throw new Error(`this begins with ${privateKey}, so it is the sender's private key: enter the ${publicKey} one here`);
  if (secret.startsWith(publicKey)) {
    const x = bytesOf(secret.slice(publicKey.length));
    if (x?.length !== 32) throw new Error(`what follows ${publicKey} is not the base64 of an ed25519 public key (32 bytes)`);
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') }, format: 'jwk' });
  }
  const bytes = bytesOf(secret.startsWith(symmetric) ? secret.slice(symmetric.length) : secret);
  if (bytes === null || bytes.length < 24 || bytes.length > 64)
    throw new Error(`this is not ${symmetric} followed by the base64 of 24 to 64 bytes`);
  return createSecretKey(bytes);
}

export function newSecret(): string {
  return symmetric + randomBytes(32).toString('base64');
}

/** The bytes of canonical base64, null for anything else: Node would skip what is none. */
function bytesOf(base64: string): Buffer | null {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '') ? bytes : null;
}
