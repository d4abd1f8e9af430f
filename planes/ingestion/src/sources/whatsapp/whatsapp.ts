import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Source } from '../../source.ts';
import { hmacHeader } from '../hmac-header.ts';
import { adapter } from './adapter.ts';
import { handshake, verifyToken } from './handshake.ts';

/** The WhatsApp Business Platform (Cloud API). One Meta app signs for all its accounts, so one connection may serve the numbers of many tenants. */
export const whatsapp: Source = {
  kind: 'whatsapp',
  description: {
    kind: 'whatsapp',
    title: 'WhatsApp Business',
    secret: 'supplied',
    checkSecret(secret) {
      // An app id has fewer characters and an access token has more: both are easily taken for the secret.
      if (!/^[0-9A-Za-z]{32,64}$/.test(secret))
        throw new Error('this is not the App Secret of a Meta app (App settings, Basic): that one has 32 letters and digits');
    },
    handshakeToken: (secret) => verifyToken(keyOf(secret)),
  },
  bodyLimitBytes: 3 * 1_048_576,
  keyOf,
  verify: hmacHeader({ header: 'x-hub-signature-256', prefix: 'sha256=', algorithm: 'sha256' }),
  handshake,
  adapter,
};

function keyOf(secret: string): KeyObject {
  return createSecretKey(secret, 'utf8');
}
