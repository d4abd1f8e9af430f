import type { TenantContext } from '@etis/contracts/context';
import type { Log } from '@etis/contracts/log';
import type { Clock } from '@etis/kernel';
import type { TenantDb } from '@etis/postgres';
import { type ReadsBundles, tenantDatasets } from '../datasets/tenant-datasets.ts';
import { errors } from '../errors.ts';
import type { Product } from '../sdk/product.ts';
import type { Configurations } from './configuration-reader.ts';
import { runProductCode, statementLimit } from './run-product-code.ts';

const neverAborted = new AbortController().signal;

/** Runs one operation of a product for the context's tenant; see `ClusterHost.call`. */
export async function callOperation(
  deps: { db: TenantDb; product: Product; log: Log; clock: Clock; configurations: Configurations; bundles: ReadsBundles },
  call: { context: TenantContext; name: string; input: unknown },
): Promise<unknown> {
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
    const output = await runProductCode({
      tx,
      signal: neverAborted,
      deadlineMs,
      run: (guarded, signal) => {
        const datasets = tenantDatasets(deps.bundles, { tenant, signal });
        return operation.run(input, { tenant, actor, tx: guarded, log, signal, trace, clock, configuration, datasets });
      },
    });
    const still = await tx.query("select 1 where current_setting('etis.tenant', true) = $1", [tenant]);
    if (still.length !== 1) throw errors.TENANT_CHANGED();
    return output;
  });
}
