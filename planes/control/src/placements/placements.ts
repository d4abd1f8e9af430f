import type { TenantContext } from '@etis/contracts/context';
import type { Placement } from '@etis/contracts/tenancy';
import { audit, sqlState, type TenantDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { checkName, checkTenantId } from '../input.ts';

/** Which cluster serves the context's tenant with a product; row level security keeps other tenants out. */
export interface Placements {
  /**
   * Places the tenant; where it is placed so already nothing happens.
   * @throws CONTROL_INPUT_INVALID, CONTROL_TENANT_UNKNOWN, CONTROL_CLUSTER_UNKNOWN, CONTROL_PLACEMENT_EXISTS (on another cluster)
   */
  ensure(context: TenantContext, placement: Pick<Placement, 'product' | 'cluster'>): Promise<void>;
  /** The tenant's own, in the order of products. */
  list(context: TenantContext): Promise<readonly Placement[]>;
}

/** What `sqlState` gives where a foreign key has nothing to point at, and the key to the cluster among those. */
const foreignKeyViolation = '23503';

export function createPlacements({ db, changed }: { db: TenantDb; changed: () => Promise<void> }): Placements {
  return {
    async ensure(context, { product, cluster }) {
      const { tenant } = context;
      checkTenantId(tenant);
      checkName('product', product);
      checkName('cluster', cluster);
      const placed = await db
        .tenant(context, async (tx) => {
          const rows = await tx.query(
            'insert into placement (tenant_id, product_id, cluster_id) values ($1, $2, $3) on conflict do nothing returning product_id',
            [tenant, product, cluster],
          );
          if (rows.length > 0) {
            await audit.record(tx, context, { action: 'placement.create', target: `placement/${tenant}/${product}`, detail: { cluster } });
            return true;
          }
          const [existing] = await tx.query<{ cluster: string }>(
            'select cluster_id as cluster from placement where tenant_id = $1 and product_id = $2',
            [tenant, product],
          );
          if (existing !== undefined && existing.cluster !== cluster) throw errors.PLACEMENT_EXISTS(tenant, product, existing.cluster);
          return false;
        })
        .catch((error: unknown) => {
          if (sqlState(error) !== foreignKeyViolation) throw error;
          if (constraintOf(error)?.includes('cluster')) throw errors.CLUSTER_UNKNOWN(cluster, product);
          throw errors.TENANT_UNKNOWN(tenant);
        });
      if (placed) await changed();
    },
    list(context) {
      checkTenantId(context.tenant);
      return db.tenant(context, (tx) =>
        tx.query<Placement>(
          'select tenant_id as tenant, product_id as product, cluster_id as cluster from placement where tenant_id = $1 order by product_id',
          [context.tenant],
        ),
      );
    },
  };
}

function constraintOf(error: unknown): string | undefined {
  return error instanceof Error && 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : undefined;
}
