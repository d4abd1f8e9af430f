import type { TenantContext } from '@etis/contracts/context';
import type { TenantId } from '@etis/contracts/tenancy';
import { audit, sqlState, type TenantDb, type TenantTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import { checkExternalId, checkTenantId, checkText } from '../input.ts';

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
}

/** Which ids of external systems belong to the context's tenant; row level security keeps other tenants out. */
export interface ResolverEntries {
  /**
   * Maps an external id to the tenant, or gives the tenant's own entry another project and region; without a difference nothing happens.
   * @throws CONTROL_INPUT_INVALID, CONTROL_TENANT_UNKNOWN, CONTROL_RESOLVER_TAKEN, which does not say to whom the id belongs
   */
  ensure(context: TenantContext, mapping: ResolverMapping): Promise<void>;
  /** Removes the tenant's entry; where it has none nothing happens. */
  remove(context: TenantContext, id: ExternalId): Promise<void>;
  /** The tenant's own, at most `limit`. */
  list(context: TenantContext, limit: number): Promise<readonly ResolverMapping[]>;
}

const isOwn = 'tenant_id = $1 and system = $2 and kind = $3 and external_id = $4';

export function createResolverEntries({ db, changed }: { db: TenantDb; changed: () => Promise<void> }): ResolverEntries {
  return {
    async ensure(context, mapping) {
      checkMapping(context.tenant, mapping);
      const written = await db
        .tenant(context, async (tx) => {
          const action = await write(tx, context.tenant, mapping);
          if (action === null) return false;
          const { project, region } = mapping;
          await audit.record(tx, context, { action, target: targetOf(mapping), detail: { project, region } });
          return true;
        })
        .catch((error: unknown) => {
          throw sqlState(error) === '23503' ? errors.TENANT_UNKNOWN(context.tenant) : error;
        });
      if (written) await changed();
    },
    async remove(context, id) {
      checkTenantId(context.tenant);
      checkExternalId(id);
      const removed = await db.tenant(context, async (tx) => {
        const rows = await tx.query(`delete from resolver_entry where ${isOwn} returning tenant_id`, keyOf(context.tenant, id));
        if (rows.length > 0) await audit.record(tx, context, { action: 'resolver.remove', target: targetOf(id) });
        return rows.length > 0;
      });
      if (removed) await changed();
    },
    list(context, limit) {
      checkTenantId(context.tenant);
      return db.tenant(context, (tx) =>
        tx.query<ResolverMapping>(
          `select system, kind, external_id as "externalId", project, region from resolver_entry
           where tenant_id = $1 order by system, kind, external_id limit $2`,
          [context.tenant, limit],
        ),
      );
    },
  };
}

/** What was done, as the audit says it; null where it was so already. */
async function write(tx: TenantTx, tenant: TenantId, mapping: ResolverMapping): Promise<string | null> {
  const values = [...keyOf(tenant, mapping), mapping.project, mapping.region];
  const inserted = await tx.query(
    `insert into resolver_entry (tenant_id, system, kind, external_id, project, region) values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing returning tenant_id`,
    values,
  );
  if (inserted.length > 0) return 'resolver.map';
  const [own] = await tx.query<{ same: boolean }>(
    `select (project, region) is not distinct from ($5, $6) as same from resolver_entry where ${isOwn} for update`,
    values,
  );
  if (own === undefined) throw errors.RESOLVER_TAKEN(mapping.system, mapping.kind);
  if (own.same) return null;
  await tx.query(`update resolver_entry set project = $5, region = $6 where ${isOwn}`, values);
  return 'resolver.change';
}

function checkMapping(tenant: TenantId, mapping: ResolverMapping): void {
  checkTenantId(tenant);
  checkExternalId(mapping);
  if (mapping.project !== null) checkText('project', mapping.project, 200);
  if (mapping.region !== null) checkText('region', mapping.region, 40);
}

function keyOf(tenant: TenantId, { system, kind, externalId }: ExternalId): readonly string[] {
  return [tenant, system, kind, externalId];
}

function targetOf({ system, kind, externalId }: ExternalId): string {
  return `resolver/${system}/${kind}/${externalId}`;
}
