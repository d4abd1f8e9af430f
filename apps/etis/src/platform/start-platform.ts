import { rm, writeFile } from 'node:fs/promises';
import { createGovernanceStore, createGuard, createSecrets, loadMasterKey } from '@etis/agent';
import type { Log } from '@etis/contracts/log';
import { controlDomain, createControl } from '@etis/control';
import { createEdge } from '@etis/edge';
import { createIngestion, sourceAdapters } from '@etis/ingestion';
import { type Config, redactConfig, type Service, systemClock } from '@etis/kernel';
import { type Domain, type EmbeddedServer, openDomain } from '@etis/postgres';
import { type ClusterHost, createClusterHost } from '@etis/runtime';
import { createDirectTransport, createSpine, spineDomain } from '@etis/spine';
import { createWorkers } from '@etis/workers';
import chosenEvolution from '../../../../etis.config.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { startDemonstration } from '../demonstration/start-demonstration.ts';
import { evolutionRows } from '../evolution/evolution.ts';
import { domains } from './domains.ts';
import { openHome } from './home.ts';
import { installations, products } from './installations.ts';
import { openDatabase } from './open-database.ts';
import { openOperatorToken } from './operator-token.ts';

export interface RunningPlatform {
  readonly url: string;
  readonly token: { readonly file: string; readonly fresh: string | null };
  /** Stops everything, the last started first; nothing is left behind. */
  stop(): Promise<void>;
}

/** The composition of the embedded state: every plane and every cluster in this one process. */
export async function startPlatform(options: {
  config: Config;
  demo: boolean;
  /** The embedded server; null where DATABASE_URL names another. */
  server: EmbeddedServer | null;
  log: Log;
}): Promise<RunningPlatform> {
  const { config, server, log } = options;
  const startedAt = systemClock.now();
  await using stack = new AsyncDisposableStack();
  const run = async <T extends Service>(service: T): Promise<T> => {
    stack.defer(() => service.stop());
    await service.start();
    return service;
  };

  if (server !== null) await run(server);
  const home = await openHome(config.home);
  const secrets = createSecrets({ masterKey: await loadMasterKey({ file: home.masterKey, fromEnv: config.masterKey }) });

  const access = await openDatabase({ config, server, home, domains, log });
  // Only now, so that a start that failed before has not made a credential that nobody was shown.
  const token = await openOperatorToken(home);
  const open = (domain: Domain) => {
    const db = openDomain({ domain, access, log });
    stack.defer(() => db.close());
    return db;
  };

  const store = createGovernanceStore({ log });
  const { governance } = store;
  const hosts = new Map<string, ClusterHost>();
  const spineDb = open(spineDomain);
  const spine = createSpine({
    db: spineDb,
    governance,
    adapters: sourceAdapters,
    transport: createDirectTransport(hosts),
    log,
    clock: systemClock,
  });
  for (const { cluster, product, domain } of installations) {
    const placed = (tenant: string) =>
      governance.current().placements.some((place) => place.tenant === tenant && place.cluster === cluster.id);
    hosts.set(cluster.id, createClusterHost({ cluster, product, db: open(domain), jobs: spine.jobs, publish: spine.inbox, log, placed }));
  }

  const checks = async () => [
    { name: 'governance', ok: governance.current().version > 0 },
    {
      name: 'database',
      ok: await spineDb.statement('select 1').then(
        () => true,
        () => false,
      ),
    },
  ];
  const control = await run(
    createControl({
      db: open(controlDomain),
      secrets,
      spine: spine.queries,
      publish: store.publish,
      log,
      clock: systemClock,
      products,
      clusters: installations.map(({ cluster }) => cluster),
      facts: {
        version: packageJson.version,
        startedAt,
        config: redactConfig(config),
        evolution: evolutionRows(chosenEvolution),
        checks,
      },
    }),
  );

  const demonstration = options.demo ? await startDemonstration({ config, control, hosts, home, log, run }) : null;
  const mail = config.mail ?? demonstration?.mail ?? null;
  for (const service of spine.services) await run(service);
  for (const host of hosts.values()) await run(host.relay);
  if (mail !== null) await run(createWorkers({ jobs: spine.jobs, access, mail, log, settings: { logLevel: config.logLevel } }));

  const ingestion = createIngestion({ inbox: spine.inbox, governance, secrets, log, clock: systemClock });
  await run(ingestion.service);
  const edge = await run(
    createEdge({
      listen: { host: config.host, port: config.port },
      routes: [ingestion.routes, control.routes, ...(demonstration?.routes ?? [])],
      ready: checks,
      guard: createGuard({ operatorTokenHash: () => token.hash }),
      log,
    }),
  );

  const url = edge.address();
  stack.defer(() => rm(home.running, { force: true }));
  await writeFile(home.running, `${JSON.stringify({ url, pid: process.pid })}\n`);
  const running = stack.move();
  return { url, token: { file: token.file, fresh: token.fresh }, stop: () => running.disposeAsync() };
}
