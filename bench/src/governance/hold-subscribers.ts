import {
  createDirectives,
  createGovernanceStore,
  createSecrets,
  createSubscriber,
  createTrust,
  dialLink,
  signingKeyFrom,
} from '@etis/agent';
import type { SubscriberIdentity } from '@etis/contracts/link';
import { silentLog, systemClock } from '@etis/kernel';
import { installation } from './platform-stand.ts';

/** What this process is to hold. */
export interface SubscribersOrder {
  readonly url: string;
  readonly authority: string;
  readonly root: string;
  readonly subscribers: readonly { readonly identity: SubscriberIdentity; readonly key: string }[];
}

/** Real subscribers, each with a link of its own, in a process of their own. */
process.on('message', async ({ url, authority, root, subscribers }: SubscribersOrder) => {
  const secrets = createSecrets({ masterKey: Buffer.alloc(32, 1) });
  const trust = createTrust({ installation, root });
  const started = subscribers.map(({ identity, key }) =>
    createSubscriber({
      credential: { identity, installation, key: signingKeyFrom(key), trust },
      store: createGovernanceStore({ log: silentLog }),
      directives: createDirectives({ clock: systemClock, log: silentLog }),
      vault: secrets,
      connect: dialLink({ urls: [url], authority }),
      copy: null,
      clock: systemClock,
      log: silentLog,
    }),
  );
  for (const subscriber of started) await subscriber.start();
  await Promise.all(started.map(({ governed }) => governed));
  process.send?.('governed');
});
process.on('disconnect', () => process.exit());
