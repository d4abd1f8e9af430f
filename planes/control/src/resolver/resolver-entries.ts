import type { TenantContext } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { ProductId, TenantId } from '@etis/contracts/tenancy';
import { audit, type TenantDb, type TenantTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { Expectation } from '../expectation.ts';
import { checkExternalId, checkName, checkTenantId, checkText } from '../input.ts';
import { missingReference } from '../missing-reference.ts';

/** An id of an external system: `kind` is the system's word for what it names, for example `project`. */
interface ExternalId {
  readonly system: string;
  readonly kind: string;
  readonly externalId: string;
}

/** Where an external id belongs, within the context's tenant. */
export interface ResolverMapping extends ExternalId {
  readonly project: string | null;
  readonly region: string | null;
  /** The product that directed events of this id go to; null where none does. */
  readonly product: ProductId | null;
}

/** Which ids of external systems belong to the context's tenant; row level security keeps other tenants out. */
export interface ResolverEntries {
  /**
   * Maps an external id to the tenant, or gives the tenant's own entry another project, region and product; without a difference nothing happens.
   * Resolves to whether the entry is new.
   * @throws CONTROL_INPUT_INVALID, CONTROL_TENANT_UNKNOWN, CONTROL_PRODUCT_UNKNOWN, CONTROL_RESOLVER_TAKEN, which does not say to whom the id
   * belongs, and what `expect` throws
   */
  ensure(context: TenantContext, mapping: ResolverMapping, expect?: Expectation<ResolverMapping>): Promise<boolean>;
  /** Removes the tenant's entry; resolves to false where it has none. */
  remove(context: TenantContext, id: ExternalId, expect?: Expectation<ResolverMapping>): Promise<boolean>;
  /** @throws CONTROL_RESOLVER_UNKNOWN */
  get(context: TenantContext, id: ExternalId): Promise<ResolverMapping>;
  /** The tenant's own, in the order of system, kind and id. `after` is the last of the page before. */
  list(
    context: TenantContext,
    page: { limit: number; after?: ExternalId },
  ): Promise<Omit<Page<ResolverMapping>, 'next'> & { more: boolean }>;
}

const columns = 'system, kind, external_id as "externalId", project, region, product_id as product';
const isOwn = 'tenant_id = $1 and system = $2 and kind = $3 and external_id = $4';

export function createResolverEntries({ db, changed }: { db: TenantDb; changed: () => Promise<void> }): ResolverEntries {
  return {
    async ensure(context, mapping, expect) {
      checkMapping(context.tenant, mapping);
      const action = await db
        .tenant(context, async (tx) => {
          const done = await write(tx, context.tenant, mapping, expect);
          const { project, region, product } = mapping;
          if (done !== null)
            await audit.record(tx, context, { action: done, target: targetOf(mapping), detail: { project, region, product } });
          return done;
        })
        .catch((error: unknown) => {
          const missing = missingReference(error);
          if (missing === null) throw error;
          throw missing.includes('product') ? errors.PRODUCT_UNKNOWN(mapping.product ?? '') : errors.TENANT_UNKNOWN(context.tenant);
        });
      if (action !== null) await changed();
      return action === 'resolver.map';
    },
    async remove(context, id, expect) {
      checkTenantId(context.tenant);
      checkExternalId(id);
      const removed = await db.tenant(context, async (tx) => {
        const current = await lock(tx, context.tenant, id);
        expect?.(current);
        if (current === null) return false;
        await tx.query(`delete from resolver_entry where ${isOwn}`, keyOf(context.tenant, id));
        await audit.record(tx, context, { action: 'resolver.remove', target: targetOf(id) });
        return true;
      });
      if (removed) await changed();
      return removed;
    },
    async get(context, id) {
      checkTenantId(context.tenant);
      checkExternalId(id);
      const [row] = await db.tenant(context, (tx) =>
        tx.query<ResolverMapping>(`select ${columns} from resolver_entry where ${isOwn}`, keyOf(context.tenant, id)),
      );
      if (row === undefined) throw errors.RESOLVER_UNKNOWN(id.system, id.kind);
      return row;
    },
    async list(context, { limit, after }) {
      checkTenantId(context.tenant);
      const rows = await db.tenant(context, (tx) =>
        tx.query<ResolverMapping>(
          `select ${columns} from resolver_entry
           where tenant_id = $1 and (system, kind, external_id) > ($2, $3, $4) order by system, kind, external_id limit $5`,
          [context.tenant, after?.system ?? '', after?.kind ?? '', after?.externalId ?? '', limit + 1],
        ),
      );
      return { items: rows.slice(0, limit), more: rows.length > limit };
    },
  };
}

async function lock(tx: TenantTx, tenant: TenantId, id: ExternalId): Promise<ResolverMapping | null> {
  const [row] = await tx.query<ResolverMapping>(`select ${columns} from resolver_entry where ${isOwn} for update`, keyOf(tenant, id));
  return row ?? null;
}

/** What was done, as the audit says it; null where it was so already. */
async function write(
  tx: TenantTx,
  tenant: TenantId,
  mapping: ResolverMapping,
  expect: Expectation<ResolverMapping> | undefined,
): Promise<'resolver.map' | 'resolver.change' | null> {
  const before = await lock(tx, tenant, mapping);
  expect?.(before);
  const values = [...keyOf(tenant, mapping), mapping.project, mapping.region, mapping.product];
  if (before === null) {
    const inserted = await tx.query(
      `insert into resolver_entry (tenant_id, system, kind, external_id, project, region, product_id) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict do nothing returning tenant_id`,
      values,
    );
    if (inserted.length > 0) return 'resolver.map';
  }
  const own = before ?? (await lock(tx, tenant, mapping));
  if (own === null) throw errors.RESOLVER_TAKEN(mapping.system, mapping.kind);
  // Someone else may have mapped it between the look and the insert.
  if (before === null) expect?.(own);
  if (own.project === mapping.project && own.region === mapping.region && own.product === mapping.product) return null;
  await tx.query(`update resolver_entry set project = $5, region = $6, product_id = $7 where ${isOwn}`, values);
  return 'resolver.change';
}

function checkMapping(tenant: TenantId, mapping: ResolverMapping): void {
  checkTenantId(tenant);
  checkExternalId(mapping);
  if (mapping.project !== null) checkText('project', mapping.project, 200);
  if (mapping.region !== null) checkText('region', mapping.region, 40);
  if (mapping.product !== null) checkName('product', mapping.product);
}

function keyOf(tenant: TenantId, { system, kind, externalId }: ExternalId): readonly string[] {
  return [tenant, system, kind, externalId];
}

function targetOf({ system, kind, externalId }: ExternalId): string {
  return `resolver/${system}/${kind}/${externalId}`;
}
