import { createGovernanceStore, createGuard, isPlacedOn } from '@etis/agent';
import { code } from '@etis/code';
import type { EmittedEvent } from '@etis/contracts/events';
import type { GovernanceView } from '@etis/contracts/governance';
import type { ClusterId } from '@etis/contracts/tenancy';
import { createEdge } from '@etis/edge';
import { createIngestion, sourceAdapters } from '@etis/ingestion';
import { silentLog, systemClock } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { clusterDomain, createClusterHost } from '@etis/runtime';
import { type BatchHandler, createDirectTransport, createSpine, spineDomain } from '@etis/spine';
import { testContext } from '@etis/testing';
import { createWorkers, workersDomain } from '@etis/workers';
import { startAll, stopAll } from '../spine/etis.ts';
import type { Stand } from '../spine/stand.ts';

/** The whole embedded platform with the product Code: edge, ingestion, router, dispatcher, a cluster, workers in threads. */
export interface CodeUnderLoad {
  readonly url: string;
  readonly secret: string;
  /** Runs that have completed and said so. */
  completed(): number;
  close(): Promise<void>;
}

const cluster = { id: 'code-standard', product: 'code', tier: 'standard' } as const;

/** Webhook, condition, HTTP call, end. */
function definition(port: number): string {
  return `document: { dsl: '1.0.0', namespace: bench, name: order, version: '1.0.0' }
schedule: { on: { one: { with: { type: hooks.order.placed } } } }
do:
  - large: { switch: [ { yes: { when: input.total > 10, then: tell } }, { no: { then: end } } ] }
  - tell: { call: http, with: { method: POST, endpoint: 'http://127.0.0.1:${port}/orders', body: { total: '\${ total }' } } }
`;
}

export async function openCode(
  stand: Stand,
  { tenants, port, threads }: { tenants: readonly string[]; port: number; threads: number },
): Promise<CodeUnderLoad> {
  const domain = clusterDomain(cluster, code);
  const access = await stand.domains([spineDomain, workersDomain, domain]);
  const db = openDomain({ domain: spineDomain, access, log: silentLog });
  const clusterDb = openDomain({ domain, access, log: silentLog });
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const { governance } = createGovernanceStore({ log: silentLog, initial: viewOf(tenants) });
  const hosts = new Map<ClusterId, BatchHandler>();
  const spine = createSpine({ db, governance, adapters: sourceAdapters, transport: createDirectTransport(hosts), log: silentLog });
  let completed = 0;
  const host = createClusterHost({
    cluster,
    product: code,
    db: clusterDb,
    jobs: spine.jobs,
    publish: {
      async publish(product: string, events: readonly EmittedEvent[]) {
        await spine.publisher.publish(product, events);
        completed += events.filter(({ type }) => type === 'code.run.completed').length;
      },
    },
    log: silentLog,
    placed: (tenant) => isPlacedOn(governance.current(), tenant, cluster.id),
  });
  hosts.set(cluster.id, host);
  for (const tenant of tenants) await host.call(testContext({ tenant }), 'workflows.set', { definition: definition(port) });
  const workers = createWorkers({
    jobs: spine.jobs,
    access,
    settings: { mail: null, whatsapp: null, documents: null, http: { allowPrivate: ['127.0.0.1/32'] } },
    log: silentLog,
    options: { threads, only: ['http'], logLevel: 'silent' },
  });
  const ingestion = createIngestion({
    inbox: spine.inbox,
    governance,
    secrets: { open: () => secret },
    log: silentLog,
    clock: systemClock,
  });
  const edge = createEdge({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [ingestion.routes],
    ready: async () => [],
    guard: createGuard({ operatorTokenHash: () => null }),
    log: silentLog,
  });
  const running = [...spine.services(), host.relay, workers, edge];
  await startAll(running);
  return {
    url: edge.address(),
    secret,
    completed: () => completed,
    async close() {
      await stopAll(running);
      await clusterDb.close();
      await db.close();
    },
  };
}

function viewOf(tenants: readonly string[]): GovernanceView {
  return {
    version: 1,
    tenants: new Map(tenants.map((id) => [id, { id, name: id, status: 'active' }])),
    clusters: new Map([[cluster.id, cluster]]),
    placements: tenants.map((tenant) => ({ tenant, product: cluster.product, cluster: cluster.id })),
    connections: new Map(
      tenants.map((tenant) => [tenant, { id: tenant, source: 'standard-webhooks', tenant, enabled: true, secrets: [`sealed-${tenant}`] }]),
    ),
    resolver: [],
    subscriptions: [{ product: code.id, types: code.subscriptions, filters: code.filters }],
    configuration: new Map(),
  };
}
