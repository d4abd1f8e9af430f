import type { Directives } from '@etis/contracts/directives';
import type { Transport } from '@etis/contracts/lanes';
import type { Cluster } from '@etis/contracts/tenancy';
import { type Service, silentLog } from '@etis/kernel';
import { openDomain, type SystemDb } from '@etis/postgres';
import { createSpine, type Spine, type SpineOverrides, spineDomain } from '@etis/spine';
import type { Contender } from './contender.ts';
import { eventOf } from './etis-event.ts';
import { benchClusters, benchGovernance } from './etis-governance.ts';
import { type Message, read } from './message.ts';
import type { Stand } from './stand.ts';

export interface EtisOptions {
  readonly lanes: number;
  readonly clusters?: readonly Cluster[];
  readonly directives?: Directives;
  readonly settings?: SpineOverrides;
  /** What is at the end of the transport; by default a handler that reads each message and acknowledges. */
  readonly transport?: (onMessage: (message: Message) => void) => Transport;
}

/** A spine in a database of its own, of which the dispatcher runs only while somebody consumes. */
export interface EtisContender extends Contender {
  readonly spine: Spine;
  readonly database: string;
  readonly db: SystemDb;
}

/** Takes every entry as handled, after it has read it. */
function readingTransport(onMessage: (message: Message) => void): Transport {
  return {
    async deliver(batch) {
      for (const entry of batch.entries) onMessage(read(entry.event.data));
      return { handled: batch.entries.length };
    },
  };
}

export async function openEtis(stand: Stand, options: EtisOptions): Promise<EtisContender> {
  const access = await stand.domains([spineDomain]);
  const db = openDomain({ domain: spineDomain, access, log: silentLog });
  let hear: (message: Message) => void = () => {};
  const spine = createSpine({
    db,
    governance: benchGovernance(options.lanes, options.clusters ?? benchClusters(1)),
    ...(options.directives === undefined ? {} : { directives: options.directives }),
    adapters: new Map(),
    transport: (options.transport ?? readingTransport)((message) => hear(message)),
    log: silentLog,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  const always = spine.services(['inbox', 'router', 'maintenance']);
  const consuming = spine.services(['dispatcher']);
  await startAll(always);

  return {
    spine,
    db,
    database: access.databases[spineDomain.name] ?? '',
    async publish(messages) {
      await spine.publisher.publish('bench', messages.map(eventOf));
    },
    async consume(onMessage) {
      hear = onMessage;
      await startAll(consuming);
      return () => stopAll(consuming);
    },
    async isSettled() {
      const [inbox, lanes] = await Promise.all([spine.queues.inbox(), spine.queues.lanes()]);
      return [...inbox, ...lanes].every(({ depth }) => depth === 0);
    },
    async close() {
      await stopAll(always);
      await db.close();
    },
  };
}

async function startAll(services: readonly Service[]): Promise<void> {
  for (const service of services) await service.start();
}

async function stopAll(services: readonly Service[]): Promise<void> {
  for (const service of services.toReversed()) await service.stop();
}
