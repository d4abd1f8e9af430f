import type { SecretVault } from '@etis/agent';
import type { WrappedDataKey } from '@etis/contracts/secrets';
import type { TenantId } from '@etis/contracts/tenancy';
import type { PlatformTx } from '@etis/postgres';

/** Where data keys live: one for each tenant, one for the platform itself, each sealed by the master key. */
export interface DataKeys {
  /** Puts every stored key into use, which is also the check of the master key, and those out of use that were destroyed; resolves to their owners. @throws AGENT_MASTER_KEY_WRONG */
  load(tx: PlatformTx): Promise<ReadonlySet<TenantId | null>>;
  /** Stores a new key; it may seal only once the transaction is committed, otherwise what it sealed could be lost with it. */
  create(tx: PlatformTx, tenant: TenantId | null): Promise<WrappedDataKey>;
  /** Puts the stored key of one owner into use, where there is one. */
  use(tx: PlatformTx, tenant: TenantId | null): Promise<void>;
  /** Destroys a tenant's keys in the store; they are out of use here once the ids are given to `vault.destroy`. Resolves to the ids. */
  erase(tx: PlatformTx, tenant: TenantId): Promise<readonly string[]>;
  /** Whether keys of the tenant were destroyed. */
  wasErased(tx: PlatformTx, tenant: TenantId): Promise<boolean>;
}

interface KeyRow {
  readonly id: string;
  readonly tenant: TenantId | null;
  readonly wrapped: string;
}

const columns = 'id, tenant_id as tenant, wrapped';

export function createDataKeys({ vault }: { vault: SecretVault }): DataKeys {
  async function create(tx: PlatformTx, tenant: TenantId | null): Promise<WrappedDataKey> {
    const key = vault.newDataKey(tenant);
    // Of two processes that start at once, the first to commit decides for both.
    const [row] = await tx.query<KeyRow>(
      `insert into data_key (id, tenant_id, wrapped) values ($1, $2, $3)
       on conflict (tenant_id) do update set tenant_id = data_key.tenant_id returning ${columns}`,
      [key.id, key.tenant, key.wrapped],
    );
    return row ?? key;
  }

  return {
    create,
    async load(tx) {
      const rows = await tx.query<KeyRow>(`select ${columns} from data_key`);
      for (const row of rows) vault.addDataKey(row);
      const erased = await tx.query<{ id: string }>('select id from erased_key');
      for (const { id } of erased) vault.destroy(id);
      return new Set(rows.map(({ tenant }) => tenant));
    },
    async use(tx, tenant) {
      const rows = await tx.query<KeyRow>(`select ${columns} from data_key where tenant_id is not distinct from $1`, [tenant]);
      for (const row of rows) vault.addDataKey(row);
    },
    async erase(tx, tenant) {
      const rows = await tx.query<{ id: string }>(
        `with gone as (delete from data_key where tenant_id = $1 returning id, tenant_id)
         insert into erased_key (id, tenant_id) select id, tenant_id from gone returning id`,
        [tenant],
      );
      return rows.map(({ id }) => id);
    },
    async wasErased(tx, tenant) {
      return (await tx.query('select from erased_key where tenant_id = $1 limit 1', [tenant])).length > 0;
    },
  };
}
