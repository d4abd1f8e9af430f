import type { Source } from '../../source.ts';
import { adapter } from './adapter.ts';
import { checkToken, keyOf, verify } from './bearer-token.ts';
import { digest } from './digest.ts';
import { handshake } from './handshake.ts';

/** Anything that sends CloudEvents 1.0 by the HTTP webhook specification. Events over 64 KiB need not arrive anywhere; batches are larger. */
export const cloudEvents: Source = {
  kind: 'cloudevents',
  description: { kind: 'cloudevents', title: 'CloudEvents', secret: 'generated', checkSecret: checkToken },
  bodyLimitBytes: 1_048_576,
  proof: 'bearer',
  keyOf,
  verify,
  digest,
  handshake,
  adapter,
};
