import { createSecretKey } from 'node:crypto';
import type { Source } from '../../source.ts';
import { hmacHeader } from '../hmac-header.ts';
import { checkVisible } from '../secret-text.ts';
import { adapter } from './adapter.ts';

/** Autodesk Platform Services webhooks. The vendor's own receiver takes bodies up to 1024 kB. */
export const autodesk: Source = {
  kind: 'autodesk',
  description: {
    kind: 'autodesk',
    title: 'Autodesk Platform Services',
    secret: 'generated',
    checkSecret: (secret) => checkVisible(secret, 256),
  },
  bodyLimitBytes: 1_048_576,
  keyOf: (secret) => createSecretKey(secret, 'utf8'),
  verify: hmacHeader({ header: 'x-adsk-signature', prefix: 'sha1hash=', algorithm: 'sha1' }),
  adapter,
};
