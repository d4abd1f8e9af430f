import { createHash, createHmac, type KeyObject, timingSafeEqual, verify as verifyEd25519 } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SignedDelivery } from '../../source.ts';
import { someKey } from '../some-key.ts';

const toleranceMs = 5 * 60_000;

/** A public key costs one check per signature, so a list is not read without end; senders send two or three. */
const signaturesAtMost = 8;

interface SignedHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

/** `webhook-id`, `-timestamp`, `-signature`, or all three with `svix-`; null where one is missing or malformed. */
function signedHeaders(headers: IncomingHttpHeaders): SignedHeaders | null {
  const prefix = headers['webhook-id'] === undefined ? 'svix' : 'webhook';
  const { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: timestamp, [`${prefix}-signature`]: list } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof list !== 'string') return null;
  if (!/^[!-~]{1,256}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return null;
  return { id, timestamp, signatures: list.split(' ', signaturesAtMost) };
}

/** `{id}.{timestamp}.{body}` by HMAC-SHA256 (`v1`) or ed25519 (`v1a`); one signature of the list has to fit one of the keys. */
export function verify({ headers, body, keys, now }: SignedDelivery): boolean {
  const signed = signedHeaders(headers);
  if (signed === null || Math.abs(now - Number(signed.timestamp) * 1_000) > toleranceMs) return false;
  const head = `${signed.id}.${signed.timestamp}.`;
  return someKey(keys, (key) => (key.type === 'secret' ? hmacFits(key, { head, body, signed }) : ed25519Fits(key, { head, body, signed })));
}

interface Content {
  readonly head: string;
  readonly body: Buffer;
  readonly signed: SignedHeaders;
}

function hmacFits(key: KeyObject, { head, body, signed }: Content): boolean {
  const own = Buffer.from(`v1,${createHmac('sha256', key).update(head).update(body).digest('base64')}`);
  let fits = false;
  for (const signature of signed.signatures) {
    const given = Buffer.from(signature);
    fits = (given.length === own.length && timingSafeEqual(given, own)) || fits;
  }
  return fits;
}

function ed25519Fits(key: KeyObject, { head, body, signed }: Content): boolean {
  const given = signed.signatures.flatMap((signature) => {
    const base64 = /^v1a,([A-Za-z0-9+/]{86}==)$/.exec(signature)?.[1];
    return base64 === undefined ? [] : [Buffer.from(base64, 'base64')];
  });
  if (given.length === 0) return false;
  const content = Buffer.concat([Buffer.from(head), body]);
  return given.some((signature) => verifyEd25519(null, content, key, signature));
}

/** Over the id and the body: the time changes with each try of the sender, the id does not, and two messages may have the same body. */
export function digest({ headers, body }: { headers: IncomingHttpHeaders; body: Buffer }): Buffer {
  const id = signedHeaders(headers)?.id ?? '';
  // No header holds a NUL, so where the id ends is never in doubt.
  return createHash('sha256').update(`${id}\0`).update(body).digest();
}
