import type { Source } from '../../source.ts';
import { adapter } from './adapter.ts';
import { keyOf, newSecret } from './secret.ts';
import { digest, verify } from './signed-message.ts';

/** Anything that sends as standardwebhooks.com says, Svix included. The specification advises bodies under 20 kB; 1 MiB leaves room. */
export const standardWebhooks: Source = {
  kind: 'standard-webhooks',
  description: {
    kind: 'standard-webhooks',
    title: 'Standard Webhooks',
    secret: 'generated',
    newSecret,
    checkSecret: (secret) => void keyOf(secret),
  },
  bodyLimitBytes: 1_048_576,
  keyOf,
  verify,
  digest,
  adapter,
};
