import { hostname } from 'node:os';
import { join } from 'node:path';
import { createSigningKey, createSubscriber, createTrust, exportSigningKey, type SigningKey, signingKeyFrom } from '@etis/agent';
import type { CommandPlane } from '@etis/command';
import type { SubscriberIdentity } from '@etis/contracts/link';
import { type Config, systemClock } from '@etis/kernel';
import { createPrivate, type Home, readPrivate } from '../platform/home.ts';
import type { GovernedPart, GovernedParts } from './governed-part.ts';
import type { Node } from './node.ts';

/** How long a start waits for what governs a part, in milliseconds; the process is not ready before it came. */
const governedWithinMs = 5_000;

/** Makes every part of this process a subscriber of the command plane in the same process: the protocol is the one of processes apart, the wire is memory. */
export async function subscribeWithin(
  plane: CommandPlane,
  { parts, vault, home, config, log, run }: { parts: GovernedParts } & Pick<Node, 'vault' | 'home' | 'config' | 'log' | 'run'>,
): Promise<void> {
  const trust = () => createTrust({ installation: config.installation, root: plane.keys.root() });
  await Promise.all(
    parts.all.map(async (part) => {
      const identity = identityOf(part, config);
      const key = await ownKey(home, identity);
      await plane.adopt(identity, key.publicKey);
      const credential = { identity, installation: config.installation, key, trust: trust() };
      part.subscriber = createSubscriber({ ...part, credential, vault, connect: plane.connect, copy: null, clock: systemClock, log });
      await run(part.subscriber);
    }),
  );
  await governed(parts.all);
}

/** Resolves once every part is governed, or after some seconds without. */
export async function governed(parts: readonly GovernedPart[]): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, governedWithinMs);
  await Promise.race([late, Promise.all(parts.map(({ subscriber }) => subscriber?.governed))]);
  clearTimeout(timer);
}

/** The name of a part in the fleet: its kind, what of it, and the process. */
export function identityOf(
  { kind, scope }: Pick<GovernedPart, 'kind' | 'scope'>,
  { node, port }: Pick<Config, 'node' | 'port'>,
): SubscriberIdentity {
  const place = node ?? `${hostname()}-${port}`;
  const id = [kind, scope, place]
    .filter((word) => word !== null)
    .map((word) => word.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-'))
    .join('.');
  return { id: id.slice(0, 80), kind, scope };
}

async function ownKey(home: Home, { id }: Pick<SubscriberIdentity, 'id'>): Promise<SigningKey> {
  const file = join(home.link, `${id}.pem`);
  const kept = await readPrivate(file);
  if (kept !== null) return signingKeyFrom(kept);
  // Of two processes that start at once on one home, the first to write decides for both.
  const key = createSigningKey();
  return (await createPrivate(file, exportSigningKey(key))) ? key : ownKey(home, { id });
}
