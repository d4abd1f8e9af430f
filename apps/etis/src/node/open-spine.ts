import type { SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { Log } from '@etis/contracts/log';
import { type Config, systemClock } from '@etis/kernel';
import { createDirectTransport, createSpine, type Spine, spineDomain } from '@etis/spine';
import { installations } from '../platform/installations.ts';
import type { Node, NodeChoice } from './node.ts';
import { nodeName } from './part-identity.ts';

/** The spine of a process: its dispatcher reaches the clusters of the same process, and over Redis all whose hosts receive there. */
export async function openSpine(
  options: { choice: NodeChoice; log: Log; freeBytes?: () => Promise<number> } & Pick<
    Node,
    'config' | 'parts' | 'meter' | 'hosts' | 'bullmq' | 'open' | 'check'
  >,
): Promise<Spine> {
  const { choice, config, parts, meter, hosts, bullmq, open, check, log } = options;
  // A process without either reads nothing from it: it has to do with jobs alone.
  const kind = (['router', 'dispatcher'] as const).find((one) => parts.has(one)) ?? 'edge';
  const { governance, directives } = parts.of(kind);
  const db = open(spineDomain);
  check('database', () => db.statement('select 1').then(() => true));
  return createSpine({
    db,
    governance,
    directives,
    dispatching: parts.has('dispatcher') ? parts.of('dispatcher') : { governance, directives },
    adapters: await adaptersFor(choice),
    transport: createDirectTransport(hosts),
    hosts: () => [...hosts.keys()],
    node: nodeName(config),
    ...(bullmq === null ? {} : { bullmq }),
    meter,
    onFailure: (product) => installations.find((one) => one.product.id === product)?.product.settings.onFailure ?? 'set-aside',
    log,
    clock: systemClock,
    ...(options.freeBytes === undefined ? {} : { freeBytes: options.freeBytes }),
    settings: { maintenance: given(config.record) },
  });
}

/** Those of the settings that were given. */
function given(record: Config['record']): Partial<Record<keyof Config['record'], number>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}

/** Deliveries are read where they are routed: by the router, and by the platform when it replays what found no place. */
async function adaptersFor({ roles }: NodeChoice): Promise<ReadonlyMap<SourceKind, SourceAdapter>> {
  if (!roles.includes('router') && !roles.includes('platform')) return new Map();
  return (await import('@etis/ingestion')).sourceAdapters;
}
