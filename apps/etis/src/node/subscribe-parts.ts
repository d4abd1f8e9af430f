import { join } from 'node:path';
import { createSigningKey, createSubscriber, createTrust, exportSigningKey, type SigningKey, signingKeyFrom } from '@etis/agent';
import type { CommandPlane } from '@etis/command';
import type { SubscriberIdentity } from '@etis/contracts/link';
import { systemClock } from '@etis/kernel';
import { createPrivate, type Home, readPrivate } from '../platform/home.ts';
import type { GovernedPart, GovernedParts } from './governed-part.ts';
import type { Node } from './node.ts';
import { identityOf, nodeName } from './part-identity.ts';

/** How long a start waits for what governs a part, in milliseconds; the process is not ready before it came. */
const governedWithinMs = 5_000;

/** Makes every part of this process a subscriber of the command plane in the same process: the protocol is the one of processes apart, the wire is memory. */
export async function subscribeWithin(
  plane: CommandPlane,
  { parts, vault, home, config, log, run }: { parts: GovernedParts } & Pick<Node, 'vault' | 'home' | 'config' | 'log' | 'run'>,
): Promise<void> {
  const { installation } = config;
  const own = await Promise.all(
    parts.all.map(async (part) => {
      const identity = identityOf(part, nodeName(config));
      return { part, identity, key: await ownKey(home, identity) };
    }),
  );
  const trust = createTrust({ installation, root: plane.keys.root() });
  await plane.adopt(own.map(({ identity, key }) => ({ identity, publicKey: key.publicKey })));
  for (const { part, identity, key } of own) {
    const credential = { identity, installation, key, trust };
    part.subscriber = createSubscriber({
      store: part.store,
      directives: part.orders,
      credential,
      vault,
      connect: plane.connect,
      copy: null,
      clock: systemClock,
      log,
    });
    part.identity = identity;
    part.trust = trust;
    await run(part.subscriber);
  }
  await governed(parts.all);
}

/** Resolves once every part is governed, or after some seconds without. */
export async function governed(parts: readonly GovernedPart[]): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, governedWithinMs);
  await Promise.race([late, Promise.all(parts.map(({ subscriber }) => subscriber?.governed))]);
  clearTimeout(timer);
}

async function ownKey(home: Home, { id }: Pick<SubscriberIdentity, 'id'>): Promise<SigningKey> {
  const file = join(home.link, `${id}.pem`);
  const kept = await readPrivate(file);
  if (kept !== null) return signingKeyFrom(kept);
  // Of two processes that start at once on one home, the first to write decides for both.
  const key = createSigningKey();
  return (await createPrivate(file, exportSigningKey(key))) ? key : ownKey(home, { id });
}
