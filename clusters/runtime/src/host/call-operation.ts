import { randomBytes } from 'node:crypto';
import type { TenantContext } from '@etis/contracts/context';
import type { Log } from '@etis/contracts/log';
import { type Clock, uuidv7 } from '@etis/kernel';
import type { TenantDb } from '@etis/postgres';
import { type ReadsBundles, tenantDatasets } from '../datasets/tenant-datasets.ts';
import { errors } from '../errors.ts';
import type { Product } from '../sdk/product.ts';
import type { Configurations } from './configuration-reader.ts';
import { keepOutgoing } from './lane-mark.ts';
import { createOutgoing } from './outgoing.ts';
import { runProductCode, statementLimit } from './run-product-code.ts';

const neverAborted = new AbortController().signal;

/** Runs one operation of a product for the context's tenant; see `ClusterHost.call`. `asked` is how many jobs and events it put into the outbox. */
export async function callOperation(
  deps: { db: TenantDb; product: Product; log: Log; clock: Clock; configurations: Configurations; bundles: ReadsBundles },
  call: { context: TenantContext; name: string; input: unknown },
): Promise<{ readonly output: unknown; readonly asked: number }> {
  const { product, clock } = deps;
  const { context, name } = call;
  const operation = Object.hasOwn(product.operations, name) ? product.operations[name] : undefined;
  if (operation === undefined) throw errors.OPERATION_UNKNOWN(product.id, name.slice(0, 80));
  const input = operation.parse(call.input);
  const deadlineMs = Math.min(product.settings.handlerDeadlineMs, (context.deadline ?? Number.POSITIVE_INFINITY) - clock.now());
  if (deadlineMs <= 0) throw errors.DEADLINE(0);
  const { actor, tenant, trace } = context;
  const log = context.log.child({ operation: `${product.id}/${name}` });
  const configuration = deps.configurations({ tenant, unit: null });
  return deps.db.tenant(context, async (tx) => {
    await tx.query("select set_config('statement_timeout', $1, true)", [String(statementLimit(deadlineMs))]);
    const seed = uuidv7(clock.now());
    const origin = {
      event: null,
      flow: seed,
      traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01`,
      project: null,
      region: null,
      hop: 0,
    };
    const outgoing = createOutgoing({ origin, seed, tenant, lane: `${tenant}/${product.id}`, product: product.id, clock });
    const { enqueue, emit } = outgoing;
    const own = { tenant, actor, log, trace, clock, configuration, origin, enqueue, emit };
    const output = await runProductCode({
      tx,
      signal: neverAborted,
      deadlineMs,
      run: (guarded, signal) =>
        operation.run(input, { ...own, tx: guarded, signal, datasets: tenantDatasets(deps.bundles, { tenant, signal }) }),
    }).finally(() => outgoing.close());
    const rows = outgoing.close();
    await keepOutgoing(tx, tenant, rows);
    const still = await tx.query("select 1 where current_setting('etis.tenant', true) = $1", [tenant]);
    if (still.length !== 1) throw errors.TENANT_CHANGED();
    return { output, asked: rows.length };
  });
}
