import type { TenantId } from '@etis/contracts/tenancy';
import { isUuid } from '@etis/kernel';
import type { SystemTx } from '@etis/postgres';

// The claim of whoever holds it is void from now on: its next heartbeat does not find it, and its end does not count.
const cancelSql = `
update job set state = 'cancelled', waiting = false, leased_until = null, dedupe = null, updated_at = clock_timestamp()
where id = $1::uuid and state = 'ready'
returning tenant_id`;

/** Ends a job that has not ended, whether it is held or not. Resolves to whose it was; null where there is none that could be cancelled. */
export async function cancelJob(tx: SystemTx, id: string): Promise<{ readonly tenant: TenantId } | null> {
  if (!isUuid(id)) return null;
  const [row] = await tx.query<{ tenant_id: string }>(cancelSql, [id]);
  return row === undefined ? null : { tenant: row.tenant_id };
}
