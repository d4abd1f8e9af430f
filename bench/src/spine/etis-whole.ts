import { isPlacedOn } from '@etis/agent';
import { type Service, silentLog } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { clusterDomain, createClusterHost } from '@etis/runtime';
import { defineProduct } from '@etis/runtime/sdk';
import { createDirectTransport, createSpine, spineDomain } from '@etis/spine';
import type { Contender } from './contender.ts';
import { eventOf } from './etis-event.ts';
import { benchClusters, benchGovernance } from './etis-governance.ts';
import { type Message, read } from './message.ts';
import type { Stand } from './stand.ts';

/** The platform's whole way: a cluster host runs a product whose handler writes a row for each event, in the tenant's own transaction. */
export async function openEtisWhole(stand: Stand, lanes: number): Promise<Contender> {
  let hear: (message: Message) => void = () => {};
  const product = defineProduct({
    id: 'bench-0',
    title: 'Bench',
    migrations: new URL('./migrations/', import.meta.url),
    handlers: {
      'bench.*': async (event, { tx, tenant }) => {
        const message = read(event.data);
        await tx.query('insert into received (tenant_id, event_id, number) values ($1, $2, $3)', [tenant, event.id, message.n]);
        hear(message);
      },
    },
  });
  const [cluster] = benchClusters(1);
  if (cluster === undefined) throw new Error('there is no cluster');
  const domain = clusterDomain(cluster, product);
  const access = await stand.domains([spineDomain, domain]);
  const db = openDomain({ domain: spineDomain, access, log: silentLog });
  const clusterDb = openDomain({ domain, access, log: silentLog });
  const governance = benchGovernance(lanes, [cluster]);
  const hosts = new Map();
  const spine = createSpine({ db, governance, adapters: new Map(), transport: createDirectTransport(hosts), log: silentLog });
  const host = createClusterHost({
    cluster,
    product,
    db: clusterDb,
    jobs: spine.jobs,
    publish: spine.publisher,
    log: silentLog,
    placed: (tenant) => isPlacedOn(governance.current(), tenant, cluster.id),
  });
  hosts.set(cluster.id, host);
  const always: readonly Service[] = [...spine.services(['inbox', 'router', 'maintenance']), host.relay];
  const consuming = spine.services(['dispatcher']);
  for (const service of always) await service.start();

  return {
    async publish(messages) {
      await spine.publisher.publish('bench', messages.map(eventOf));
    },
    async consume(onMessage) {
      hear = onMessage;
      for (const service of consuming) await service.start();
      return async () => {
        for (const service of consuming.toReversed()) await service.stop();
      };
    },
    async isSettled() {
      const [inbox, waiting] = await Promise.all([spine.queues.inbox(), spine.queues.lanes()]);
      return [...inbox, ...waiting].every(({ depth }) => depth === 0);
    },
    async close() {
      for (const service of always.toReversed()) await service.stop();
      await clusterDb.close();
      await db.close();
    },
  };
}
