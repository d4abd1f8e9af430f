import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Handshake } from '../../source.ts';
import { someKey } from '../some-key.ts';

/** What the token is made of. Changing it makes every token that was entered at Meta wrong. */
const tokenText = 'etis whatsapp verify token';

/** The verify token that belongs to a secret: base64url of HMAC-SHA256. It tells nothing of the secret. */
export function verifyToken(key: KeyObject): string {
  return createHmac('sha256', key).update(tokenText).digest('base64url');
}

/** Meta sends a number; other visible characters are let through because its length and form are nowhere promised. */
const challengePattern = /^[!-~]{1,1000}$/;

/** `GET ?hub.mode=subscribe&hub.challenge=…&hub.verify_token=…` is answered with the challenge, where the token is that of a live secret. */
export const handshake: Handshake = {
  method: 'GET',
  answer({ query, keys }) {
    const { 'hub.mode': mode, 'hub.challenge': challenge, 'hub.verify_token': token } = query;
    if (mode !== 'subscribe' || typeof token !== 'string' || typeof challenge !== 'string' || !challengePattern.test(challenge))
      return null;
    const given = Buffer.from(token);
    const fits = someKey(keys, (key) => {
      const own = Buffer.from(verifyToken(key));
      return own.length === given.length && timingSafeEqual(own, given);
    });
    return fits ? { status: 200, headers: {}, body: challenge } : null;
  },
};
