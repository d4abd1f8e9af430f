import { createHash, randomBytes } from 'node:crypto';

const prefix = 'etis_op_';
const pattern = /^etis_op_[A-Za-z0-9_-]{43}$/;

/** The operator's credential: `token` is shown once and kept by the operator, `hash` (SHA-256) is what the platform compares with. */
export interface OperatorCredential {
  readonly token: string;
  readonly hash: Buffer;
}

/** A new credential: `etis_op_` and 32 random bytes as base64url. */
export function createOperatorCredential(): OperatorCredential {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}

/** The hash of a credential's token; null for a text that has not its form. */
export function operatorTokenHash(token: string): Buffer | null {
  return pattern.test(token) ? hashToken(token) : null;
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
