import type { Context } from '@etis/contracts/context';
import type { BulkResult, SpineOperations } from '@etis/contracts/operations';
import { audit, type SystemDb, type SystemTx } from '@etis/postgres';
import { columnText } from '../record/column-text.ts';
import { bulkLimit } from './bulk-limit.ts';
import { type DeadLetterId, readDeadLetterId } from './dead-letter-id.ts';

// Each resolves to a row where it changed something. An entry comes back out of order, as every parked one does.
const redriveEntrySql = `
update parked k set state = 'parked', attempts = 0, retry_at = clock_timestamp(), closed_at = null
from lane l where l.id = k.lane_id and l.name = $1 and k.position = $2 and k.state = 'dead' returning l.tenant_id`;
// A lane that stands still at the entry has it next, in order.
const redriveHeldSql = `
with released as (
  update lane_progress p set held_at = null, attempts = 0, trouble = null from lane l
  where l.id = p.lane_id and l.name = $1 and p.held_at = $2 returning p.lane_id, l.tenant_id
), gone as (delete from parked k using released r where k.lane_id = r.lane_id and k.position = $2)
select tenant_id from released`;
const passHeldSql = `
update lane_progress p set position = p.held_at, held_at = null, attempts = 0, trouble = null from lane l
where l.id = p.lane_id and l.name = $1 and p.held_at = $2`;
const redriveJobSql = `
update job set state = 'ready', waiting = false, attempts = 0, due_at = clock_timestamp(), updated_at = clock_timestamp()
where id = $1::uuid and state = 'dead' returning tenant_id`;
const discardEntrySql = `
update parked k set state = 'discarded', reason = $3, closed_at = clock_timestamp()
from lane l where l.id = k.lane_id and l.name = $1 and k.position = $2 and k.state = 'dead' returning l.tenant_id`;
const discardJobSql = `
update job set state = 'cancelled', error = concat_ws('; ', error, 'discarded: ' || $2), updated_at = clock_timestamp()
where id = $1::uuid and state = 'dead' returning tenant_id`;

const oldestSql = `
select id from (
  select l.name || ':' || k.position as id, k.closed_at as at
  from parked k join lane l on l.id = k.lane_id
  where k.state = 'dead' and ($1::text is null or l.tenant_id = $1) and ($2::text is null or l.name = $2)
  union all
  select j.id::text, j.updated_at from job j
  where j.state = 'dead' and ($1::text is null or j.tenant_id = $1) and ($2::text is null or j.kind = $2)
) d order by at, id limit $3`;

interface Owner {
  readonly tenant_id: string;
}

/** Puts dead letters back to work, or away for good. `onRedriven` is called after a commit that gave something back. */
export function createDeadLetterOperations(options: {
  db: SystemDb;
  onRedriven: () => void;
}): Pick<SpineOperations, 'redrive' | 'discard' | 'redriveAll'> {
  const { db, onRedriven } = options;

  async function redrive(context: Context, id: string): Promise<boolean> {
    const found = readDeadLetterId(id);
    if (found === undefined) return false;
    const changed = await db.system(async (tx) => {
      const [row] = found.kind === 'job' ? await tx.query<Owner>(redriveJobSql, [found.job]) : await redriveEntry(tx, found);
      return await recorded(tx, context, { row, action: 'dead-letter.redrive', id });
    });
    if (changed) onRedriven();
    return changed;
  }

  return {
    redrive,

    async discard(context, id, reason) {
      const found = readDeadLetterId(id);
      if (found === undefined) return false;
      const why = columnText(reason, 500);
      return await db.system(async (tx) => {
        const [row] = await discard(tx, found, why);
        return await recorded(tx, context, { row, action: 'dead-letter.discard', id, reason: why });
      });
    },

    async redriveAll(context, { tenant, where, limit }): Promise<BulkResult> {
      const count = bulkLimit(limit);
      if (tenant?.includes('\0') || where?.includes('\0')) return { changed: 0, more: false };
      const rows = await db.statement<{ id: string }>(oldestSql, [tenant ?? null, where ?? null, count + 1]);
      let changed = 0;
      for (const { id } of rows.slice(0, count)) if (await redrive(context, id)) changed += 1;
      return { changed, more: rows.length > count };
    },
  };
}

async function redriveEntry(tx: SystemTx, { lane, position }: Extract<DeadLetterId, { kind: 'entry' }>): Promise<readonly Owner[]> {
  const released = await tx.query<Owner>(redriveHeldSql, [lane, position]);
  return released.length > 0 ? released : await tx.query<Owner>(redriveEntrySql, [lane, position]);
}

async function discard(tx: SystemTx, found: DeadLetterId, reason: string): Promise<readonly Owner[]> {
  if (found.kind === 'job') return await tx.query<Owner>(discardJobSql, [found.job, reason]);
  const rows = await tx.query<Owner>(discardEntrySql, [found.lane, found.position, reason]);
  if (rows.length > 0) await tx.query(passHeldSql, [found.lane, found.position]);
  return rows;
}

/** One audit row, under the tenant that is concerned, where something was changed. */
async function recorded(
  tx: SystemTx,
  context: Context,
  done: { row: Owner | undefined; action: string; id: string; reason?: string },
): Promise<boolean> {
  const { row, action, id, reason } = done;
  if (row === undefined) return false;
  const entry = { action, target: `dead-letter/${id}`, ...(reason === undefined ? {} : { reason }) };
  await audit.record(tx, { ...context, tenant: row.tenant_id }, entry);
  return true;
}
