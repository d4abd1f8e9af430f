import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedDelivery } from '../../source.ts';

/** `x-adsk-signature: sha1hash=<40 lower-case hex>`, HMAC-SHA1 over the raw body. No time is signed: replays are the inbox's to find. */
const signaturePattern = /^sha1hash=([0-9a-f]{40})$/;

export function verify({ headers, body, keys }: SignedDelivery): boolean {
  const header = headers['x-adsk-signature'];
  const hex = typeof header === 'string' ? signaturePattern.exec(header)?.[1] : undefined;
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  let signed = false;
  for (const key of keys) {
    const equal = timingSafeEqual(createHmac('sha1', key).update(body).digest(), given);
    // Never stops at the first that fits, so that the time does not tell which of the secrets it was.
    signed = equal || signed;
  }
  return signed;
}
