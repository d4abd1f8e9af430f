import type { Evaluation } from '@etis/contracts/configuration';
import type { TenantContext } from '@etis/contracts/context';
import { type Directives, unrestricted } from '@etis/contracts/directives';
import type { EventPublisher } from '@etis/contracts/events';
import type { Jobs } from '@etis/contracts/jobs';
import type { BatchOutcome, LaneBatch } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import { type Meter, unmetered } from '@etis/contracts/telemetry';
import type { Cluster, TenantId } from '@etis/contracts/tenancy';
import { type Clock, errorText, type Loop, systemClock } from '@etis/kernel';
import type { SystemDb, TenantDb } from '@etis/postgres';
import { noBundles, type ReadsBundles } from '../datasets/tenant-datasets.ts';
import { errors } from '../errors.ts';
import { createOutboxRelay } from '../relay/outbox-relay.ts';
import type { OperationInput, OperationOutput, Operations } from '../sdk/operation.ts';
import type { Product } from '../sdk/product.ts';
import { RetryLaterError } from '../sdk/retry-later-error.ts';
import { TerminalError } from '../sdk/terminal-error.ts';
import { callOperation } from './call-operation.ts';
import { checkBatch } from './check-batch.ts';
import { createConfigurations } from './configuration-reader.ts';
import { createKillSwitch } from './kill-switch.ts';
import { leaveLane } from './leave-lane.ts';
import { tryEntries } from './try-entries.ts';

/** One cluster at work: runs one product for the tenants that are placed on it. */
export interface ClusterHost<Offered extends Operations = Operations> {
  /**
   * Handles a batch: effects, mark and outbox of each entry are kept together and once, however often and by how many at a time the batch is
   * delivered. It is tried whole; where a handler fails, the entries before it are kept and `failed` names it (its error cut to 500 characters).
   * A rejection means that nothing is known to be kept: RUNTIME_STOPPED after `signal` or a kill, RUNTIME_HELD under a kill or a pause, RUNTIME_DATABASE_TROUBLE or another error of the
   * database, RUNTIME_BATCH_FOREIGN, RUNTIME_TENANT_NOT_PLACED, RUNTIME_LANE_LEFT and RUNTIME_BATCH_MALFORMED for what is not this host's or not a
   * batch. `leave` is answered with how far the lane is.
   */
  handle(batch: LaneBatch, signal: AbortSignal): Promise<BatchOutcome>;
  /**
   * Calls one of the product's operations for the context's tenant, in one transaction with the jobs and events it asks for, within the context's deadline or the product's,
   * whichever ends first. Whether the actor may is the caller's to have asked.
   * @throws RUNTIME_OPERATION_UNKNOWN, RUNTIME_INPUT_INVALID, what the operation throws, RUNTIME_DEADLINE, RUNTIME_HELD under a kill
   */
  call<Name extends keyof Offered & string>(
    context: TenantContext,
    operation: Name,
    input: OperationInput<Offered[Name]>,
  ): Promise<OperationOutput<Offered[Name]>>;
  /** Moves what handlers asked for to the spine. `handle` works without it; nothing leaves the cluster until it runs. */
  readonly relay: Loop;
}

/** @throws RUNTIME_CLUSTER_FOREIGN when the cluster runs another product. */
export function createClusterHost<const Offered extends Operations>(deps: {
  cluster: Cluster;
  product: Product<Offered>;
  /** The cluster's own domain, as `clusterDomain` describes it. */
  db: TenantDb & SystemDb;
  jobs: Pick<Jobs, 'enqueue'>;
  publish: EventPublisher;
  log: Log;
  clock?: Clock;
  /** Whether a tenant is placed on this cluster, from memory. By default every tenant that a batch names is believed. */
  placed?: (tenant: TenantId) => boolean;
  /** By default nothing is restricted. */
  directives?: Directives;
  /** By default parameters and flags are as the product declares them. */
  evaluation?: Evaluation;
  /** Is told of every batch as `handler/<product>`; by default nobody is. */
  meter?: Meter;
  /** By default no dataset is held. */
  bundles?: ReadsBundles;
}): ClusterHost<Offered> {
  const { cluster, product, db, meter = unmetered, bundles = noBundles } = deps;
  if (cluster.product !== product.id) throw errors.CLUSTER_FOREIGN(cluster.id, cluster.product, product.id);
  const clock = deps.clock ?? systemClock;
  const log = deps.log.child({ cluster: cluster.id });
  const placed = deps.placed ?? (() => true);
  const relay = createOutboxRelay({ db, jobs: deps.jobs, publish: deps.publish, cluster, product, log });
  const killSwitch = createKillSwitch(deps.directives ?? unrestricted);
  const configurations = createConfigurations({ cluster, evaluation: deps.evaluation });
  const attempts = { db, product, log, clock, actor: `cluster/${cluster.id}`, configurations, bundles };

  async function handle(batch: LaneBatch, signal: AbortSignal): Promise<BatchOutcome> {
    checkBatch(batch, { cluster, placed });
    // No order keeps a lane from leaving: it makes nothing run.
    if (batch.mode === 'leave') return await leaveLane({ db, log, actor: attempts.actor }, batch);
    const target = { tenant: batch.tenant, product: batch.product, cluster: batch.cluster };
    killSwitch.refuse(target, ['kill', 'pause']);
    return await killSwitch.run(target, signal, (stop) => handleMetered(batch, stop));
  }

  async function handleMetered(batch: LaneBatch, signal: AbortSignal): Promise<BatchOutcome> {
    const begun = performance.now();
    let failed = true;
    try {
      const outcome = await handleWhole(batch, signal);
      failed = outcome.failed !== undefined;
      return outcome;
    } finally {
      meter.work({
        work: `handler/${product.id}`,
        tenant: batch.tenant,
        ms: performance.now() - begun,
        failed,
        traces: batch.entries.map(({ event }) => event.traceparent),
      });
    }
  }

  async function handleWhole(batch: LaneBatch, signal: AbortSignal): Promise<BatchOutcome> {
    let count = batch.entries.length;
    let failed: BatchOutcome['failed'];
    if (count === 0) return { handled: 0 };
    // Every round has fewer entries than the last. The one with none left still asks the database, so that an outage parks nobody.
    for (;;) {
      const attempt = await tryEntries(attempts, batch, { count, signal });
      if (!('failed' in attempt)) {
        const { asked, outgoing } = attempt;
        if (asked > 0) relay.wake();
        return { handled: count, ...(outgoing.length > 0 ? { outgoing } : {}), ...(failed === undefined ? {} : { failed }) };
      }
      const { index, error } = attempt.failed;
      const entry = batch.entries[index];
      if (entry === undefined) throw error;
      log.warn({ lane: batch.lane, position: String(entry.position), event: entry.event.id, err: error }, 'an entry could not be handled');
      failed = { position: entry.position, error: boundedText(error), ...wayOf(error) };
      count = index;
    }
  }

  return {
    handle,
    call: async (context, name, input) => {
      killSwitch.refuse({ tenant: context.tenant, product: product.id, cluster: cluster.id }, ['kill']);
      const { output, asked } = await callOperation({ db, product, log, clock, configurations, bundles }, { context, name, input });
      if (asked > 0) relay.wake();
      return output as never;
    },
    relay,
  };
}

/** Whether and when an entry may come back, by what its handler threw. */
function wayOf(error: unknown): { readonly retryable: boolean; readonly retryAfterMs?: number } {
  if (error instanceof RetryLaterError) return { retryable: true, retryAfterMs: error.afterMs };
  return { retryable: !(error instanceof TerminalError) };
}

/** What a record can keep of an error: PostgreSQL's text has no NUL. */
function boundedText(error: unknown): string {
  return errorText(error).replaceAll('\u0000', '').slice(0, 500).toWellFormed() || 'an error without a message';
}
