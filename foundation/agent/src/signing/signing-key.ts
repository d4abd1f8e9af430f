import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { errors } from '../errors.ts';

/** An Ed25519 key that signs. */
export interface SigningKey {
  /** The first 32 hex characters of the SHA-256 of the raw public key: nobody can choose it. */
  readonly keyId: string;
  /** Raw, base64url. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

export function createSigningKey(): SigningKey {
  return keyOf(generateKeyPairSync('ed25519').privateKey);
}

/** The key that `exportSigningKey` wrote. @throws AGENT_SIGNING_KEY_INVALID */
export function signingKeyFrom(pem: string): SigningKey {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType === 'ed25519') return keyOf(privateKey);
  } catch (error) {
    throw errors.SIGNING_KEY_INVALID.because({ cause: error });
  }
  throw errors.SIGNING_KEY_INVALID();
}

/** PKCS #8, PEM. */
export function exportSigningKey({ privateKey }: SigningKey): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function keyIdOf(publicKey: string): string {
  return hash('sha256', Buffer.from(publicKey, 'base64url'), 'hex').slice(0, 32);
}

function keyOf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';
  return { keyId: keyIdOf(publicKey), publicKey, privateKey };
}
