import { createHash, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { SignedDelivery } from '../../source.ts';
import { someKey } from '../some-key.ts';

/** RFC 6750, `b64token`. */
const tokenPattern = /^[A-Za-z0-9._~+/-]+=*$/;

/** @throws for a text that is no bearer token, with what is wrong. */
export function checkToken(token: string): void {
  if (!tokenPattern.test(token)) throw new Error('a bearer token has letters, digits and -._~+/ only, and "=" at its end');
  if (token.length < 24 || token.length > 256) throw new Error('the token has fewer than 24 or more than 256 characters');
}

/** The digest of a token, so that tokens of any length are compared in the same time. */
export function keyOf(token: string): KeyObject {
  return createSecretKey(digestOf(token));
}

/**
 * `Authorization: Bearer <token>`. The form `?access_token=` of the specification is not taken: addresses are written into logs of every proxy
 * on the way, and a token there is a token for everybody who reads them.
 */
export function verify({ headers, keys }: SignedDelivery): boolean {
  const token = /^bearer +([!-~]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return false;
  const given = digestOf(token);
  return someKey(keys, (key) => timingSafeEqual(key.export(), given));
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
