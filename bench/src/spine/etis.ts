import type { Directives } from '@etis/contracts/directives';
import type { BatchOutcome, LaneBatch } from '@etis/contracts/lanes';
import type { Cluster } from '@etis/contracts/tenancy';
import { type Service, silentLog } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { createSpine, type Spine, spineDomain } from '@etis/spine';
import type { Contender } from './contender.ts';
import { eventOf } from './etis-event.ts';
import { benchClusters, benchGovernance } from './etis-governance.ts';
import { type TransportMaker, transports } from './etis-transports.ts';
import { type Message, read } from './message.ts';
import type { Stand } from './stand.ts';

export interface EtisOptions {
  readonly lanes: number;
  /** By default one. */
  readonly clusters?: readonly Cluster[];
  /** What restricts the dispatcher; by default nothing does. */
  readonly directives?: Directives;
  /** By default the direct one. */
  readonly transport?: TransportMaker;
}

/** A spine in a database of its own, with a handler at the transport's end that reads each message and acknowledges. */
export interface EtisContender extends Contender {
  readonly database: string;
  readonly queues: Spine['queues'];
}

/** How the outbox relay hands in: batches of 200, of several clusters at a time. */
export const etisPublishing = { batch: 200, atOnce: 4 };

export async function openEtis(stand: Stand, options: EtisOptions): Promise<EtisContender> {
  const clusters = options.clusters ?? benchClusters(1);
  const access = await stand.domains([spineDomain]);
  const database = access.databases[spineDomain.name] ?? '';
  const db = openDomain({ domain: spineDomain, access, log: silentLog });
  const governance = benchGovernance(options.lanes, clusters);
  let hear: (message: Message) => void = () => {};

  async function handle(batch: LaneBatch): Promise<BatchOutcome> {
    for (const entry of batch.entries) hear(read(entry.event.data));
    return { handled: batch.entries.length };
  }

  const make = options.transport ?? transports.direct;
  if (make === undefined) throw new Error('there is no direct transport');
  const { transport, stop: stopTransport } = await make({ stand, clusters, handle });
  const spine = createSpine({
    db,
    governance,
    ...(options.directives === undefined ? {} : { dispatching: { governance, directives: options.directives } }),
    adapters: new Map(),
    transport,
    log: silentLog,
  });
  const always = spine.services(['inbox', 'router', 'maintenance']);
  await startAll(always);

  return {
    database,
    queues: spine.queues,
    async publish(messages) {
      await spine.publisher.publish('bench', messages.map(eventOf));
    },
    async consume(onMessage) {
      hear = onMessage;
      return consumeBy(spine);
    },
    isSettled: () => isSettled(spine),
    async close() {
      await stopAll(always);
      await stopTransport();
      await db.close();
      await stand.drop(database);
    },
  };
}

/** The dispatcher runs only while somebody consumes. */
export async function consumeBy(spine: Spine): Promise<() => Promise<void>> {
  const services = spine.services(['dispatcher']);
  await startAll(services);
  return () => stopAll(services);
}

export async function isSettled({ queues }: Pick<Spine, 'queues'>): Promise<boolean> {
  const [inbox, lanes] = await Promise.all([queues.inbox(), queues.lanes()]);
  return [...inbox, ...lanes].every(({ depth }) => depth === 0);
}

export async function startAll(services: readonly Service[]): Promise<void> {
  for (const service of services) await service.start();
}

export async function stopAll(services: readonly Service[]): Promise<void> {
  for (const service of services.toReversed()) await service.stop();
}
