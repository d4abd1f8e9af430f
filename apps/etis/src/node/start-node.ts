import { createGuard, createSecrets, loadMasterKey } from '@etis/agent';
import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import { createEdge, type Edge } from '@etis/edge';
import { type Config, type Service, systemClock } from '@etis/kernel';
import { type DatabaseAccess, type Domain, type DomainDb, openDomain } from '@etis/postgres';
import { type Home, openHome } from '../platform/home.ts';
import { removeRunning, writeRunning } from '../platform/running-file.ts';
import { loadRoles, partsOf, type Role } from '../roles/role.ts';
import { createChecks } from './checks.ts';
import { createGovernedParts } from './governed-part.ts';
import { readKindSettings } from './kind-settings.ts';
import { createLateMeter } from './late-meter.ts';
import type { Node, NodeChoice } from './node.ts';
import { openBullmq } from './open-bullmq.ts';
import { openSpine } from './open-spine.ts';
import { reportLoad } from './report-load.ts';
import { subscribeApart } from './subscribe-apart.ts';
import { subscribeWithin } from './subscribe-parts.ts';

/** A process at work. */
export interface RunningNode {
  readonly url: string;
  readonly token: { readonly file: string; readonly fresh: string | null } | null;
  /** Tells whoever watches `/readyz` to send nothing more, while everything is still answered. */
  drain(): void;
  /** Stops everything, the last started first; nothing is left behind. */
  stop(): Promise<void>;
}

/**
 * Runs any set of roles in this process. They share one listener and one spine, and each part of them is governed over a link of its own; `openAccess` gives the way into the
 * databases of the domains that they need. `guests` are further roles of the caller's own, started after the named ones.
 */
export async function startNode(options: {
  config: Config;
  choice: NodeChoice;
  openAccess: (home: Home, domains: readonly Domain[]) => Promise<DatabaseAccess>;
  guests?: readonly Role[];
  /** How many bytes are free where the databases are, where this process can tell. */
  freeBytes?: () => Promise<number>;
  log: Log;
}): Promise<RunningNode> {
  const { config, choice, log } = options;
  await using stack = new AsyncDisposableStack();
  const home = await openHome(config.home);
  const roles = [...(await loadRoles(choice.roles)), ...(options.guests ?? [])];
  const masterKey = await loadMasterKey({ file: home.masterKey, fromEnv: config.masterKey });
  const vault = createSecrets({ masterKey });
  const access = await options.openAccess(
    home,
    roles.flatMap(({ domains }) => domains),
  );
  const meter = createLateMeter();
  const routes: RouteModule[] = [];
  const databases = new Map<string, DomainDb>();
  const parts = createGovernedParts(await partsOf(choice), {
    environment: config.environment,
    onLeaseEnd: config.onLeaseEnd,
    log,
  });
  const { check, checks } = createChecks();

  async function run<T extends Service>(service: T): Promise<T> {
    stack.defer(() => service.stop());
    await service.start();
    return service;
  }

  function open(domain: Domain): DomainDb {
    const existing = databases.get(domain.name);
    if (existing !== undefined) return existing;
    const db = openDomain({ domain, access, log, applicationName: `etis ${choice.roles.join(',')}` });
    stack.defer(() => db.close());
    databases.set(domain.name, db);
    return db;
  }

  check('governance', async () => parts.all.every(({ governance }) => governance.current().version > 0));
  const hosts: Node['hosts'] = new Map();
  const spineParts = roles.flatMap(({ spine }) => (spine === null ? [] : [spine])).flat();
  const usesSpine = roles.some((role) => role.spine !== null);
  const bullmq = usesSpine ? await openBullmq({ config, masterKey, log }) : null;
  const { freeBytes } = options;
  const ofSpine = { choice, config, parts, meter, hosts, bullmq, open, check, log, ...(freeBytes === undefined ? {} : { freeBytes }) };
  const spine = usesSpine ? await openSpine(ofSpine) : null;
  const node: Node = {
    ...choice,
    config,
    home,
    access,
    log,
    parts,
    meter,
    vault,
    startedAt: systemClock.now(),
    get spine() {
      if (spine === null) throw new Error('no role of this process has to do with the spine');
      return spine;
    },
    bullmq,
    hosts,
    stores: new Map(),
    kindSettings: await readKindSettings(config),
    operator: null,
    control: null,
    command: null,
    outputs: null,
    bundles: null,
    open,
    run,
    mount: (module) => void routes.push(module),
    check,
    checks,
  };

  for (const role of roles) await role.prepare?.(node);
  await (node.command === null ? subscribeApart(node) : subscribeWithin(node.command, node));
  await reportLoad(node);
  if (bullmq !== null) await run(bullmq);
  for (const service of spine?.services(spineParts) ?? []) await run(service);
  for (const role of roles) await role.start?.(node);

  const guard = createGuard({ operatorTokenHash: () => node.operator?.hash ?? null });
  const listen = (port: number, modules: readonly RouteModule[]): Promise<Edge> =>
    run(
      createEdge({
        listen: { host: config.host, port },
        routes: modules,
        ready: checks,
        guard,
        directives: parts.of('edge').directives,
        meter,
        log,
      }),
    );
  const listeners = [await listen(config.port, routes)];
  if (config.healthPort !== null) listeners.push(await listen(config.healthPort, []));

  const url = listeners[0]?.address() ?? '';
  if (routes.some(({ prefix }) => prefix.startsWith('/api'))) {
    stack.defer(() => removeRunning(home));
    await writeRunning(home, url);
  }
  const started = stack.move();
  return {
    url,
    token: node.operator,
    drain() {
      for (const listener of listeners) listener.drain();
    },
    stop: () => started.disposeAsync(),
  };
}
