import { hostname } from 'node:os';
import type { SubscriberIdentity } from '@etis/contracts/link';
import type { Config } from '@etis/kernel';
import type { PartChoice } from './governed-part.ts';

/** The name of a part in the fleet: its kind, what of it, and the process. */
export function identityOf({ kind, scope }: PartChoice, node: string): SubscriberIdentity {
  const id = [kind, scope, node]
    .filter((word) => word !== null)
    .map((word) => word.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-'))
    .join('.');
  return { id: id.slice(0, 80), kind, scope };
}

/** How this process is known: as it is told, or by its host and port. */
export function nodeName({ node, port }: Pick<Config, 'node' | 'port'>): string {
  return node ?? `${hostname()}-${port}`;
}
