import { createPublicKey, type KeyObject, sign as signBytes, verify } from 'node:crypto';
import type { Signed, SigningPurpose } from '@etis/contracts/snapshot';
import { canonicalJson } from './canonical-json.ts';
import type { SigningKey } from './signing-key.ts';

/** Signs a value for one purpose: for any other the signature is none. @throws AGENT_NOT_CANONICAL */
export function sign(key: SigningKey, purpose: SigningPurpose, value: unknown): Signed {
  const payload = canonicalJson(value);
  return { payload, keyId: key.keyId, signature: signBytes(null, covered(purpose, payload), key.privateKey).toString('base64url') };
}

/** Whether the key signed this payload for this purpose; false for anything malformed. */
export function verifySignature(publicKey: string | KeyObject, purpose: SigningPurpose, signed: Signed): boolean {
  const signature = signatureBytes(signed);
  if (signature === null) return false;
  const key = typeof publicKey === 'string' ? publicKeyFrom(publicKey) : publicKey;
  return key !== null && verify(null, covered(purpose, signed.payload), key, signature);
}

/** The same beside the event loop: for whoever is answered by a thousand at once. */
export async function verifySignatureAside(publicKey: KeyObject, purpose: SigningPurpose, signed: Signed): Promise<boolean> {
  const signature = signatureBytes(signed);
  if (signature === null) return false;
  return await new Promise((resolve, reject) => {
    verify(null, covered(purpose, signed.payload), publicKey, signature, (error, isSigned) =>
      error === null ? resolve(isSigned) : reject(error),
    );
  });
}

/** From its raw bytes in base64url; null where they are none. */
export function publicKeyFrom(publicKey: string): KeyObject | null {
  const bytes = Buffer.from(publicKey, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== publicKey) return null;
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
}

function signatureBytes({ signature }: Signed): Buffer | null {
  const bytes = Buffer.from(signature, 'base64url');
  return bytes.length === 64 && bytes.toString('base64url') === signature ? bytes : null;
}

function covered(purpose: SigningPurpose, payload: string): Buffer {
  return Buffer.from(`etis/${purpose}\n${payload}`);
}
