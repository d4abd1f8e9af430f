import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { Cluster, ClusterId } from '@etis/contracts/tenancy';
import { audit, type PlatformDb, type PlatformTx } from '@etis/postgres';
import { errors, invalidInput } from '../errors.ts';
import { checkName } from '../input.ts';

/** Product runtimes, as deployed. */
export interface Clusters {
  /** In the order of ids. `cursor` is the `next` of the page before. */
  list(context: Context, page: { limit: number; cursor?: ClusterId }): Promise<Page<Cluster>>;
  /** @throws CONTROL_NO_SUCH_CLUSTER */
  get(context: Context, id: ClusterId): Promise<Cluster>;
}

const columns = 'id, product_id as product, tier';

export function createClusters({ db }: { db: PlatformDb }): Clusters {
  return {
    async list(context, { limit, cursor }) {
      const rows = await db.platform(context, 'list clusters', (tx) =>
        tx.query<Cluster>(`select ${columns} from cluster where id > $1 order by id limit $2`, [cursor ?? '', limit + 1]),
      );
      const items = rows.slice(0, limit);
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async get(context, id) {
      checkName('cluster', id);
      const [row] = await db.platform(context, 'look at a cluster', (tx) =>
        tx.query<Cluster>(`select ${columns} from cluster where id = $1`, [id]),
      );
      if (row === undefined) throw errors.NO_SUCH_CLUSTER(id);
      return row;
    },
  };
}

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
    if (same.length === 0) throw invalidInput('cluster', `${id} exists with another product or tier; declare a cluster of another id`);
  }
}
