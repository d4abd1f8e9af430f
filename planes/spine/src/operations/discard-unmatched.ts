import type { SpineOperations } from '@etis/contracts/operations';
import { isUuid } from '@etis/kernel';
import { audit, type SystemDb } from '@etis/postgres';
import { columnText } from '../record/column-text.ts';
import { bulkLimit } from './bulk-limit.ts';

// What a directive holds back is not unmatched for good: it is routed when that is over.
const discardSql = `delete from unmatched where delivery_id = $1::uuid and reason <> 'held' returning reason, tenant_id`;
const oldestSql = `
select delivery_id from unmatched
where reason <> 'held' and ($1::text is null or connection_id = $1) and ($2::text is null or reason = $2)
group by delivery_id order by min(id) limit $3`;

/** Gives up what found no place. The deliveries' bytes stay as long as the record keeps them. */
export function createDiscardUnmatched(db: SystemDb): Pick<SpineOperations, 'discardUnmatched' | 'discardAllUnmatched'> {
  const discard: SpineOperations['discardUnmatched'] = async (context, delivery, reason) => {
    if (!isUuid(delivery)) return false;
    return await db.system(async (tx) => {
      const rows = await tx.query<{ reason: string; tenant_id: string | null }>(discardSql, [delivery]);
      if (rows.length === 0) return false;
      const tenant = rows.find(({ tenant_id: id }) => id !== null)?.tenant_id ?? null;
      const concerned = tenant === null ? context : { ...context, tenant };
      const detail = { events: rows.length, reasons: [...new Set(rows.map((row) => row.reason))] };
      const entry = { action: 'unmatched.discard', target: `delivery/${delivery}`, reason: columnText(reason, 500), detail };
      await audit.record(tx, concerned, entry);
      return true;
    });
  };
  return {
    discardUnmatched: discard,
    async discardAllUnmatched(context, { connection, why, limit, reason }) {
      const count = bulkLimit(limit);
      if (connection?.includes('\0') || why?.includes('\0')) return { changed: 0, more: false };
      const rows = await db.statement<{ delivery_id: string }>(oldestSql, [connection ?? null, why ?? null, count + 1]);
      let changed = 0;
      for (const row of rows.slice(0, count)) if (await discard(context, row.delivery_id, reason)) changed += 1;
      return { changed, more: rows.length > count };
    },
  };
}
