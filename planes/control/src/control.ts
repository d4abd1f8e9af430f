import type { SecretVault } from '@etis/agent';
import type { CommandDesks } from '@etis/contracts/command';
import type { Environment } from '@etis/contracts/configuration';
import type { Context } from '@etis/contracts/context';
import type { SourceDescription, SourceKind } from '@etis/contracts/events';
import type { SpineQueries } from '@etis/contracts/flow';
import type { GovernanceView } from '@etis/contracts/governance';
import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import type { SpineLookups, SpineOperations } from '@etis/contracts/operations';
import type { WrappedDataKey } from '@etis/contracts/secrets';
import type { SentMessages } from '@etis/contracts/sent';
import type { GovernanceFeed } from '@etis/contracts/snapshot';
import type { Cluster } from '@etis/contracts/tenancy';
import { type Clock, createLoop, type Service, supervise, traceIdOf, traceparentFrom } from '@etis/kernel';
import type { DomainDb } from '@etis/postgres';
import { createChangeFeed } from './api/changes/change-feed.ts';
import { createRecordWatch } from './api/changes/record-watch.ts';
import { createIdempotencyStore } from './api/idempotency/idempotency-store.ts';
import { createPlatformApi } from './api/platform-api.ts';
import type { PlatformFacts } from './api/status/status-routes.ts';
import { createClusters, registerClusters } from './clusters/clusters.ts';
import { type Configuration, createConfiguration } from './configuration/configuration.ts';
import { type Connections, createConnections } from './connections/connections.ts';
import { createCompiler } from './governance/compiler.ts';
import { createDataKeys } from './keys/data-keys.ts';
import { createPlacements, type Placements } from './placements/placements.ts';
import { createProducts, type ProductDeclaration, registerProducts } from './products/products.ts';
import { createResolverEntries, type ResolverEntries } from './resolver/resolver-entries.ts';
import { createScheduleOrders } from './schedules/schedule-orders.ts';
import { createTenants, type Tenants } from './tenants/tenants.ts';

export interface ControlOptions {
  readonly db: DomainDb;
  readonly secrets: SecretVault;
  /** What people may ask of the record, and do to it. */
  readonly spine: SpineQueries & SpineLookups;
  readonly operations: SpineOperations;
  readonly sent: SentMessages;
  /** What the command plane offers to people. */
  readonly command: CommandDesks;
  /** What a connection can be of. */
  readonly sources: ReadonlyMap<SourceKind, SourceDescription>;
  /** Puts a compiled view in force; called with rising versions only. A change is answered once this has resolved. */
  readonly publish: (view: GovernanceView) => void | Promise<void>;
  /** Is told what changed in the governed state, before the view that has it is published. */
  readonly feed?: GovernanceFeed;
  readonly log: Log;
  readonly clock: Clock;
  /** What is deployed; registered at each start. */
  readonly products: readonly ProductDeclaration[];
  readonly clusters: readonly Cluster[];
  /** Where this installation is used; `live` by default. */
  readonly environment?: Environment;
  readonly facts: PlatformFacts;
  /** How soon changes of other processes are seen, in milliseconds; 2000 by default. */
  readonly pollMs?: number;
}

/** Every cleaning is an access that is audited, and a key that stays an hour longer harms nobody. */
const cleanEveryMs = 3_600_000;

/**
 * The control plane. `start` registers what is deployed, checks the master key against the stored data keys, and resolves once the first
 * governance view is published. When a method that changes something resolves, the change is committed, audited, and in the published view.
 */
export interface Control extends Service {
  readonly tenants: Tenants;
  readonly placements: Placements;
  readonly connections: Connections;
  readonly resolver: ResolverEntries;
  readonly configuration: Configuration;
  readonly routes: RouteModule;
  /** Tells who follows changes of something that another plane changed. */
  noteChange(resource: 'directives' | 'fleet' | 'alerts'): void;
}

/** `start` throws AGENT_MASTER_KEY_WRONG where the master key is not the one that sealed what is stored. */
export function createControl(options: ControlOptions): Control {
  const { db, secrets: vault, clock, log } = options;
  const dataKeys = createDataKeys({ vault });
  const changed = () => compiler.refresh();
  const { spine, sources, operations } = options;
  const connections = createConnections({ db, vault, dataKeys, clock, sources, deliveries: spine.deliveries, changed });
  const feed = createChangeFeed({ watch: createRecordWatch({ spine }), log });
  const compiler = createCompiler({
    db,
    clock,
    log,
    async publish(view) {
      await options.publish(view);
      feed.published(view);
    },
    ...(options.feed === undefined ? {} : { feed: options.feed }),
    context: () => systemContext(log),
    loadKeys: dataKeys.load,
    removeExpired: connections.removeExpired,
    pollMs: options.pollMs ?? 2_000,
  });
  const tenants = createTenants({ db, vault, dataKeys, changed });
  const placements = createPlacements({ db, lanes: spine.lanes, changed });
  const resolver = createResolverEntries({ db, changed });
  const configuration = createConfiguration({ db, clock, environment: options.environment ?? 'live', changed });
  const idempotency = createIdempotencyStore({ db, vault, clock });
  const cleaning = createLoop({
    name: 'idempotency keys',
    log,
    idleMs: cleanEveryMs,
    async round() {
      await idempotency.removeExpired(systemContext(log));
      return false;
    },
  });
  const services = supervise('control plane', [compiler, feed, cleaning], log);

  /** The keys are opened first: with a wrong master key nothing is written. */
  async function register(): Promise<void> {
    const context = systemContext(log);
    const created = await db.platform(context, 'register what is deployed', async (tx): Promise<WrappedDataKey | null> => {
      const owners = await dataKeys.load(tx);
      await registerProducts(tx, context, options.products);
      await registerClusters(tx, context, options.clusters);
      return owners.has(null) ? null : dataKeys.create(tx, null);
    });
    if (created !== null) vault.addDataKey(created);
  }

  return {
    name: 'control plane',
    async start() {
      await register();
      await services.start();
    },
    stop: () => services.stop(),
    tenants,
    placements,
    connections,
    resolver,
    configuration,
    noteChange: (resource) => feed.note(resource, null),
    routes: createPlatformApi({
      facts: options.facts,
      spine,
      operations,
      sent: options.sent,
      sources,
      tenants,
      placements,
      connections,
      resolver,
      configuration,
      directives: options.command.directives,
      fleet: options.command.fleet,
      keys: options.command.keys,
      audit: options.command.audit,
      telemetry: options.command.telemetry,
      recovery: options.command.recovery,
      clusters: createClusters({ db }),
      products: createProducts({ db }),
      schedules: operations.schedules,
      orders: createScheduleOrders({ db, schedules: operations.schedules }),
      idempotency,
      feed,
      governanceVersion: compiler.version,
      clock,
    }),
  };
}

function systemContext(log: Log): Context {
  return { actor: { kind: 'system', id: 'control' }, tenant: null, trace: traceIdOf(traceparentFrom(undefined)), log };
}
