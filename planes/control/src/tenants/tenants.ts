import type { SecretVault } from '@etis/agent';
import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { ClusterId, ProductId, Tenant, TenantId } from '@etis/contracts/tenancy';
import { audit, type PlatformDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { checkTenantId, checkText } from '../input.ts';
import type { DataKeys } from '../keys/data-keys.ts';

/** A tenant as the platform's operator sees it. */
export interface TenantSummary extends Tenant {
  readonly createdAt: string;
  readonly placements: readonly { readonly product: ProductId; readonly cluster: ClusterId }[];
}

/** Customer organisations. Every method audits what it did; all check their input (CONTROL_INPUT_INVALID). */
export interface Tenants {
  /** Creates an active tenant together with its data key. @throws CONTROL_TENANT_EXISTS */
  create(context: Context, tenant: { id: TenantId; name: string }): Promise<void>;
  /** Creates the tenant where it is missing and gives it this name; its status stays. Without a difference nothing happens. */
  ensure(context: Context, tenant: { id: TenantId; name: string }): Promise<void>;
  /** Suspended: deliveries are kept as unmatched, and nothing is routed. @throws CONTROL_TENANT_UNKNOWN */
  setStatus(context: Context, id: TenantId, status: Tenant['status']): Promise<void>;
  /** In the order of ids. `cursor` is the `next` of the page before. */
  list(context: Context, page: { limit: number; cursor?: TenantId }): Promise<Page<TenantSummary>>;
}

interface TenantRow extends Tenant {
  readonly created_at: Date;
  readonly placements: TenantSummary['placements'];
}

export function createTenants(options: { db: PlatformDb; vault: SecretVault; dataKeys: DataKeys; changed: () => Promise<void> }): Tenants {
  const { db, vault, dataKeys, changed } = options;

  function check({ id, name }: { id: TenantId; name: string }): void {
    checkTenantId(id);
    checkText('name', name, 200);
  }

  /** Resolves to false where the tenant exists. */
  async function insert(context: Context, { id, name }: { id: TenantId; name: string }): Promise<boolean> {
    const key = await db.platform(context, 'create a tenant', async (tx) => {
      const rows = await tx.query('insert into tenant (id, name) values ($1, $2) on conflict (id) do nothing returning id', [id, name]);
      if (rows.length === 0) return null;
      await audit.record(tx, context, { action: 'tenant.create', target: `tenant/${id}`, detail: { name } });
      return dataKeys.create(tx, id);
    });
    if (key === null) return false;
    vault.addDataKey(key);
    await changed();
    return true;
  }

  return {
    async create(context, tenant) {
      check(tenant);
      if (!(await insert(context, tenant))) throw errors.TENANT_EXISTS(tenant.id);
    },
    async ensure(context, tenant) {
      check(tenant);
      if (await insert(context, tenant)) return;
      const renamed = await db.platform(context, 'rename a tenant', async (tx) => {
        const rows = await tx.query('update tenant set name = $2 where id = $1 and name <> $2 returning id', [tenant.id, tenant.name]);
        if (rows.length > 0)
          await audit.record(tx, context, { action: 'tenant.rename', target: `tenant/${tenant.id}`, detail: { name: tenant.name } });
        return rows.length > 0;
      });
      if (renamed) await changed();
    },
    async setStatus(context, id, status) {
      checkTenantId(id);
      const updated = await db.platform(context, 'change the status of a tenant', async (tx) => {
        const [tenant] = await tx.query<{ status: string }>('select status from tenant where id = $1 for update', [id]);
        if (tenant === undefined) throw errors.TENANT_UNKNOWN(id);
        if (tenant.status === status) return false;
        await tx.query('update tenant set status = $2 where id = $1', [id, status]);
        await audit.record(tx, context, { action: status === 'active' ? 'tenant.activate' : 'tenant.suspend', target: `tenant/${id}` });
        return true;
      });
      if (updated) await changed();
    },
    async list(context, { limit, cursor }) {
      const rows = await db.platform(context, 'list tenants', (tx) =>
        tx.query<TenantRow>(
          `select t.id, t.name, t.status, t.created_at,
             (select coalesce(jsonb_agg(jsonb_build_object('product', p.product_id, 'cluster', p.cluster_id) order by p.product_id), '[]')
              from placement p where p.tenant_id = t.id) as placements
           from tenant t where t.id > $1 order by t.id limit $2`,
          [cursor ?? '', limit + 1],
        ),
      );
      const items = rows.slice(0, limit).map(({ created_at, ...tenant }) => ({ ...tenant, createdAt: created_at.toISOString() }));
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
}
