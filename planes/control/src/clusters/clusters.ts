import type { Context } from '@etis/contracts/context';
import type { Cluster } from '@etis/contracts/tenancy';
import { audit, type PlatformTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import { checkName } from '../input.ts';

/**
 * Brings the table in line with what is deployed. A cluster keeps its product and tier for good: tenants were promised them.
 * One that is no longer declared keeps its row, because placements may stand on it.
 * @throws CONTROL_INPUT_INVALID
 */
export async function registerClusters(tx: PlatformTx, context: Context, clusters: readonly Cluster[]): Promise<void> {
  for (const { id, product, tier } of clusters) {
    checkName('cluster', id);
    checkName('product', product);
    const rows = await tx.query('insert into cluster (id, product_id, tier) values ($1, $2, $3) on conflict (id) do nothing returning id', [
      id,
      product,
      tier,
    ]);
    if (rows.length > 0) {
      await audit.record(tx, context, { action: 'cluster.register', target: `cluster/${id}`, detail: { product, tier } });
      continue;
    }
    const same = await tx.query('select from cluster where id = $1 and product_id = $2 and tier = $3', [id, product, tier]);
    if (same.length === 0)
      throw errors.INPUT_INVALID('cluster', `${id} exists with another product or tier; declare a cluster of another id`);
  }
}
