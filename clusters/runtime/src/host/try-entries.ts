import type { LaneBatch, LaneEntry } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import { type Clock, EtisError, traceIdOf } from '@etis/kernel';
import type { TenantDb, TenantTx } from '@etis/postgres';
import { type ReadsBundles, tenantDatasets } from '../datasets/tenant-datasets.ts';
import { errors } from '../errors.ts';
import { handlerFor, type Product } from '../sdk/product.ts';
import type { Configurations } from './configuration-reader.ts';
import { keep, lockLane, unhandled, waiting } from './lane-mark.ts';
import { createOutgoing, type OutgoingRow } from './outgoing.ts';
import { runProductCode, statementLimit } from './run-product-code.ts';

/**
 * `failed` names the entry that kept the whole from being kept. Without it everything was, `asked` counts what it put into the outbox, and
 * `outgoing` are the ids that its flow waits for.
 */
export type Attempt =
  | { readonly asked: number; readonly outgoing: readonly string[] }
  | { readonly failed: { readonly index: number; readonly error: unknown } };

export interface AttemptDeps {
  readonly db: TenantDb;
  readonly product: Product;
  readonly log: Log;
  readonly clock: Clock;
  readonly actor: string;
  readonly configurations: Configurations;
  readonly bundles: ReadsBundles;
}

const unknownOutcomes = new Set([errors.STOPPED.code, errors.DATABASE_TROUBLE.code]);

/**
 * Handles the first `count` entries of a batch in one transaction, those handled before left out: all of them are kept, or none.
 * @throws what leaves the outcome unknown: the database's trouble, or `signal`.
 */
export async function tryEntries(deps: AttemptDeps, batch: LaneBatch, options: { count: number; signal: AbortSignal }): Promise<Attempt> {
  const entries = batch.entries.slice(0, options.count);
  const trace = traceIdOf(batch.entries[0]?.event.traceparent ?? '');
  const context = { actor: { kind: 'system', id: deps.actor }, tenant: batch.tenant, trace, log: deps.log } as const;
  let failed: { index: number; error: unknown } | undefined;
  try {
    return await deps.db.tenant(context, async (tx) => {
      // A deadlock makes `db.tenant` begin again.
      failed = undefined;
      const mark = await lockLane(tx, batch, statementLimit(deps.product.settings.handlerDeadlineMs));
      const open = await unhandled(tx, batch, mark);
      const handled: LaneEntry[] = [];
      const outgoing: OutgoingRow[] = [];
      for (const [index, entry] of entries.entries()) {
        if (options.signal.aborted) throw errors.STOPPED();
        if (!open.has(entry)) continue;
        try {
          outgoing.push(...(await handleEntry(deps, { batch, entry, tx, signal: options.signal })));
        } catch (error) {
          failed = { index, error };
          throw error;
        }
        handled.push(entry);
      }
      try {
        await keep(tx, batch, { mark, entries: handled, outgoing });
      } catch (error) {
        // With one entry it is known whose doing it is; with several the dispatcher delivers again, one by one.
        if (handled.length === 1 && isCode(error, errors.TENANT_CHANGED.code)) {
          failed = { index: entries.indexOf(handled[0] as LaneEntry), error };
        }
        throw error;
      }
      const skipped = entries.filter((entry) => !open.has(entry));
      const awaited = outgoing.filter((row) => row.cause !== null).map((row) => row.id);
      return { asked: outgoing.length, outgoing: [...awaited, ...(await waiting(tx, batch, skipped))] };
    });
  } catch (error) {
    if (failed === undefined || (failed.error instanceof EtisError && unknownOutcomes.has(failed.error.code))) throw error;
    return { failed };
  }
}

async function handleEntry(
  deps: AttemptDeps,
  work: { batch: LaneBatch; entry: LaneEntry; tx: TenantTx; signal: AbortSignal },
): Promise<readonly OutgoingRow[]> {
  const { batch, entry, tx, signal } = work;
  const { product, clock } = deps;
  const { event } = entry;
  const log = deps.log.child({ event: event.id, flow: event.flow, lane: batch.lane });
  const handler = handlerFor(product, event.type);
  if (handler === undefined) {
    log.debug({ type: event.type }, 'no handler for this type any more; passed over');
    return [];
  }
  const { tenant, project, region, traceparent, flow, hop } = event;
  const origin = { event: event.id, flow, traceparent, project, region, hop };
  const outgoing = createOutgoing({ origin, seed: event.id, tenant, lane: batch.lane, product: product.id, clock });
  const { enqueue, emit } = outgoing;
  const configuration = deps.configurations({ tenant: batch.tenant, unit: event.project });
  const own = { tenant: batch.tenant, log, trace: traceIdOf(event.traceparent), clock, configuration, origin, enqueue, emit };
  const run = (guarded: Parameters<typeof handler>[1]['tx'], stop: AbortSignal) =>
    handler(event, { ...own, tx: guarded, signal: stop, datasets: tenantDatasets(deps.bundles, { tenant: batch.tenant, signal: stop }) });
  try {
    await runProductCode({ tx, signal, deadlineMs: product.settings.handlerDeadlineMs, run });
  } finally {
    outgoing.close();
  }
  return outgoing.close();
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof EtisError && error.code === code;
}
