import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedDelivery } from '../source.ts';
import { someKey } from './some-key.ts';

const hexLength = { sha1: 40, sha256: 64 } as const;

/**
 * Checks a header `<prefix><lower-case hex>` that holds an HMAC of the raw body and nothing else. No time is signed: replays are the
 * inbox's to find.
 */
export function hmacHeader(scheme: {
  readonly header: string;
  readonly prefix: string;
  readonly algorithm: keyof typeof hexLength;
}): (delivery: SignedDelivery) => boolean {
  const { header, prefix, algorithm } = scheme;
  const pattern = new RegExp(`^${prefix}([0-9a-f]{${hexLength[algorithm]}})$`);
  return ({ headers, body, keys }) => {
    const value = headers[header];
    const hex = typeof value === 'string' ? pattern.exec(value)?.[1] : undefined;
    if (hex === undefined) return false;
    const given = Buffer.from(hex, 'hex');
    return someKey(keys, (key) => timingSafeEqual(createHmac(algorithm, key).update(body).digest(), given));
  };
}
