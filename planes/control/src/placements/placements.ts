import type { TenantContext } from '@etis/contracts/context';
import type { LaneDepth, Page } from '@etis/contracts/flow';
import type { Placement, ProductId } from '@etis/contracts/tenancy';
import { audit, type TenantDb, type TenantTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { Expectation } from '../expectation.ts';
import { checkName, checkTenantId } from '../input.ts';
import { missingReference } from '../missing-reference.ts';

/** Which cluster serves the context's tenant with a product; row level security keeps other tenants out. */
export interface Placements {
  /**
   * Places the tenant and resolves to true; to false where it is placed so already, and then nothing happens.
   * @throws CONTROL_INPUT_INVALID, CONTROL_TENANT_UNKNOWN, CONTROL_CLUSTER_UNKNOWN, CONTROL_PLACEMENT_EXISTS (on another cluster), and what
   * `expect` throws
   */
  ensure(context: TenantContext, placement: Pick<Placement, 'product' | 'cluster'>, expect?: Expectation<Placement>): Promise<boolean>;
  /**
   * Ends the tenant's use of the product: nothing more is routed to its lane.
   * @throws CONTROL_PLACEMENT_UNKNOWN, CONTROL_PLACEMENT_BUSY while its lane holds what is still to be handled, and what `expect` throws
   */
  remove(context: TenantContext, product: ProductId, expect?: Expectation<Placement>): Promise<void>;
  /** @throws CONTROL_PLACEMENT_UNKNOWN */
  get(context: TenantContext, product: ProductId): Promise<Placement>;
  /** The tenant's own, in the order of products. `cursor` is the `next` of the page before. */
  list(context: TenantContext, page: { limit: number; cursor?: ProductId }): Promise<Page<Placement>>;
}

const select = 'select tenant_id as tenant, product_id as product, cluster_id as cluster from placement where tenant_id = $1';

export interface PlacementsOptions {
  readonly db: TenantDb;
  readonly lanes: (request: { tenant?: string }) => Promise<readonly LaneDepth[]>;
  readonly changed: () => Promise<void>;
}

export function createPlacements({ db, lanes, changed }: PlacementsOptions): Placements {
  return {
    async ensure(context, { product, cluster }, expect) {
      const { tenant } = context;
      checkTenantId(tenant);
      checkName('product', product);
      checkName('cluster', cluster);
      const placed = await db
        .tenant(context, async (tx) => {
          const current = await lock(tx, tenant, product);
          expect?.(current);
          if (current !== null && current.cluster !== cluster) throw errors.PLACEMENT_EXISTS(tenant, product, current.cluster);
          if (current !== null) return false;
          const rows = await tx.query(
            'insert into placement (tenant_id, product_id, cluster_id) values ($1, $2, $3) on conflict do nothing returning product_id',
            [tenant, product, cluster],
          );
          if (rows.length > 0) {
            await audit.record(tx, context, { action: 'placement.create', target: `placement/${tenant}/${product}`, detail: { cluster } });
            return true;
          }
          // Someone else was between the look and the insert.
          const existing = await lock(tx, tenant, product);
          expect?.(existing);
          if (existing !== null && existing.cluster !== cluster) throw errors.PLACEMENT_EXISTS(tenant, product, existing.cluster);
          return false;
        })
        .catch((error: unknown) => {
          const missing = missingReference(error);
          if (missing === null) throw error;
          if (missing.includes('cluster'))
            throw errors.CLUSTER_UNKNOWN.because(
              { details: [{ pointer: 'cluster', detail: `no such cluster runs ${product}` }] },
              cluster,
              product,
            );
          throw errors.TENANT_UNKNOWN(tenant);
        });
      if (placed) await changed();
      return placed;
    },
    async remove(context, product, expect) {
      const { tenant } = context;
      checkTenantId(tenant);
      checkName('product', product);
      const depths = await lanes({ tenant });
      await db.tenant(context, async (tx) => {
        const current = await lock(tx, tenant, product);
        expect?.(current);
        if (current === null) throw errors.PLACEMENT_UNKNOWN(tenant, product);
        const open = depths.find((lane) => lane.tenant === tenant && lane.product === product);
        if (open !== undefined && open.waiting + open.parked > 0) throw errors.PLACEMENT_BUSY(tenant, product, open.waiting + open.parked);
        await tx.query('delete from placement where tenant_id = $1 and product_id = $2', [tenant, product]);
        await audit.record(tx, context, {
          action: 'placement.remove',
          target: `placement/${tenant}/${product}`,
          detail: { cluster: current.cluster },
        });
      });
      await changed();
    },
    async get(context, product) {
      checkTenantId(context.tenant);
      checkName('product', product);
      const [row] = await db.tenant(context, (tx) => tx.query<Placement>(`${select} and product_id = $2`, [context.tenant, product]));
      if (row === undefined) throw errors.PLACEMENT_UNKNOWN(context.tenant, product);
      return row;
    },
    async list(context, { limit, cursor }) {
      checkTenantId(context.tenant);
      const rows = await db.tenant(context, (tx) =>
        tx.query<Placement>(`${select} and product_id > $2 order by product_id limit $3`, [context.tenant, cursor ?? '', limit + 1]),
      );
      const items = rows.slice(0, limit);
      return { items, next: rows.length > limit ? (items.at(-1)?.product ?? null) : null };
    },
  };
}

async function lock(tx: TenantTx, tenant: string, product: ProductId): Promise<Placement | null> {
  const [row] = await tx.query<Placement>(`${select} and product_id = $2 for update`, [tenant, product]);
  return row ?? null;
}
