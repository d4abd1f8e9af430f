import { createSecretKey } from 'node:crypto';
import type { Source } from '../../source.ts';
import { adapter } from './adapter.ts';
import { verify } from './verify.ts';

/** Autodesk Platform Services webhooks. The vendor's own receiver takes bodies up to 1024 kB. */
export const autodesk: Source = {
  kind: 'autodesk',
  bodyLimitBytes: 1_048_576,
  keyOf: (secret) => createSecretKey(secret, 'utf8'),
  verify,
  adapter,
};
