import type { SecretVault } from '@etis/agent';
import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { ClusterId, ProductId, Tenant, TenantId } from '@etis/contracts/tenancy';
import { audit, type PlatformDb, type PlatformTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { Expectation } from '../expectation.ts';
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
  create(context: Context, tenant: { id: TenantId; name: string }): Promise<TenantSummary>;
  /** Creates the tenant where it is missing and gives it this name; its status stays. Without a difference nothing happens. */
  ensure(context: Context, tenant: { id: TenantId; name: string }): Promise<void>;
  /**
   * Changes what is given and resolves to how the tenant is then; without a difference nothing happens. Suspended: deliveries are kept as
   * unmatched, and nothing is routed. @throws CONTROL_TENANT_UNKNOWN, and what `expect` throws
   */
  update(context: Context, id: TenantId, change: TenantChange, expect?: Expectation<TenantSummary>): Promise<TenantSummary>;
  /**
   * Destroys the data key of a suspended tenant, for good, and with it everything that is sealed under it: secrets of its connections, and what the
   * sealed audit says of persons in its name. Again, nothing happens. @throws CONTROL_TENANT_UNKNOWN, CONTROL_TENANT_ACTIVE
   */
  erase(context: Context, id: TenantId, reason: string): Promise<void>;
  /** Puts the key of a tenant into use where there is one, and says whose key seals for it: nobody's where it was destroyed. */
  keyOf(context: Context, id: TenantId): Promise<'tenant' | 'platform' | 'erased'>;
  /** @throws CONTROL_TENANT_UNKNOWN */
  get(context: Context, id: TenantId): Promise<TenantSummary>;
  /** In the order of ids. `cursor` is the `next` of the page before. */
  list(context: Context, page: { limit: number; cursor?: TenantId }): Promise<Page<TenantSummary>>;
}

/** `name` has 1 to 200 printable characters. What is absent stays. */
interface TenantChange {
  readonly name?: string;
  readonly status?: Tenant['status'];
}

interface TenantRow extends Tenant {
  readonly created_at: Date;
  readonly placements: TenantSummary['placements'];
}

const summary = `
select t.id, t.name, t.status, t.created_at,
  (select coalesce(jsonb_agg(jsonb_build_object('product', p.product_id, 'cluster', p.cluster_id) order by p.product_id), '[]')
   from placement p where p.tenant_id = t.id) as placements
from tenant t`;

export function createTenants(options: { db: PlatformDb; vault: SecretVault; dataKeys: DataKeys; changed: () => Promise<void> }): Tenants {
  const { db, vault, dataKeys, changed } = options;

  function check({ id, name }: { id: TenantId; name: string }): void {
    checkTenantId(id);
    checkText('name', name, 200);
  }

  /** Resolves to null where the tenant exists. */
  async function insert(context: Context, { id, name }: { id: TenantId; name: string }): Promise<TenantSummary | null> {
    const made = await db.platform(context, 'create a tenant', async (tx) => {
      const rows = await tx.query('insert into tenant (id, name) values ($1, $2) on conflict (id) do nothing returning id', [id, name]);
      if (rows.length === 0) return null;
      await audit.record(tx, context, { action: 'tenant.create', target: `tenant/${id}`, detail: { name } });
      const key = await dataKeys.create(tx, id);
      return { key, tenant: await read(tx, id) };
    });
    if (made === null) return null;
    vault.addDataKey(made.key);
    await changed();
    return made.tenant;
  }

  return {
    async create(context, tenant) {
      check(tenant);
      const created = await insert(context, tenant);
      if (created === null) throw errors.TENANT_EXISTS(tenant.id);
      return created;
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
    async update(context, id, change, expect) {
      checkTenantId(id);
      if (change.name !== undefined) checkText('name', change.name, 200);
      const { before, after } = await db.platform(context, 'change a tenant', async (tx) => {
        // The lock first, the look second: what is compared with is what is changed.
        await tx.query('select from tenant where id = $1 for update', [id]);
        const current = await read(tx, id);
        expect?.(current);
        await write(tx, context, current, change);
        return { before: current, after: { ...current, ...change } };
      });
      if (before.name !== after.name || before.status !== after.status) await changed();
      return after;
    },
    async erase(context, id, reason) {
      checkTenantId(id);
      checkText('reason', reason, 500);
      const destroyed = await db.platform(context, 'erase a tenant', async (tx) => {
        await tx.query('select from tenant where id = $1 for update', [id]);
        const { status } = await read(tx, id);
        if (status !== 'suspended') throw errors.TENANT_ACTIVE(id);
        const ids = await dataKeys.erase(tx, id);
        // Nobody can open them any more.
        await tx.query('delete from connection_secret where connection_id in (select c.id from connection c where c.tenant_id = $1)', [id]);
        if (ids.length > 0) await audit.record(tx, context, { action: 'tenant.erase', target: `tenant/${id}`, reason });
        return ids;
      });
      for (const key of destroyed) vault.destroy(key);
      if (destroyed.length > 0) await changed();
    },
    async keyOf(context, id) {
      if (vault.has(id)) return 'tenant';
      return await db.platform(context, 'find the key of a tenant', async (tx) => {
        await dataKeys.use(tx, id);
        if (vault.has(id)) return 'tenant';
        return (await dataKeys.wasErased(tx, id)) ? 'erased' : 'platform';
      });
    },
    get(context, id) {
      checkTenantId(id);
      return db.platform(context, 'look at a tenant', (tx) => read(tx, id));
    },
    async list(context, { limit, cursor }) {
      const rows = await db.platform(context, 'list tenants', (tx) =>
        tx.query<TenantRow>(`${summary} where t.id > $1 order by t.id limit $2`, [cursor ?? '', limit + 1]),
      );
      const items = rows.slice(0, limit).map(summaryOf);
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
}

async function read(tx: PlatformTx, id: TenantId): Promise<TenantSummary> {
  const [row] = await tx.query<TenantRow>(`${summary} where t.id = $1`, [id]);
  if (row === undefined) throw errors.TENANT_UNKNOWN(id);
  return summaryOf(row);
}

/** Writes what differs, each difference with an audit row of its own. */
async function write(tx: PlatformTx, context: Context, current: TenantSummary, { name, status }: TenantChange): Promise<void> {
  const { id } = current;
  if (name !== undefined && name !== current.name) {
    await tx.query('update tenant set name = $2 where id = $1', [id, name]);
    await audit.record(tx, context, { action: 'tenant.rename', target: `tenant/${id}`, detail: { name } });
  }
  if (status !== undefined && status !== current.status) {
    await tx.query('update tenant set status = $2 where id = $1', [id, status]);
    await audit.record(tx, context, { action: status === 'active' ? 'tenant.activate' : 'tenant.suspend', target: `tenant/${id}` });
  }
}

function summaryOf({ created_at, id, name, status, placements }: TenantRow): TenantSummary {
  return { id, name, status, createdAt: created_at.toISOString(), placements };
}
