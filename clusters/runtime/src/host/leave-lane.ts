import type { BatchOutcome, LaneBatch } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import { traceIdOf, traceparentFrom } from '@etis/kernel';
import type { TenantDb } from '@etis/postgres';
import { lockLane } from './lane-mark.ts';

const statementMs = 10_000;

const handledSql = `
select a.position from unnest($3::bigint[]) as a(position)
where exists (select from parked_mark m where m.tenant_id = $1 and m.lane = $2 and m.position = a.position)
  or a.position <= $4::bigint and not exists (
    select from lane_gap g where g.tenant_id = $1 and g.lane = $2 and g.after < a.position and g.until >= a.position)`;

/**
 * Says how far this cluster is with a lane that goes to another one, and which of the entries it was asked about it handled; from then on what is
 * of an older generation is refused. May be asked again.
 * @throws RUNTIME_LANE_LEFT
 */
export async function leaveLane(deps: { db: TenantDb; log: Log; actor: string }, batch: LaneBatch): Promise<BatchOutcome> {
  const { tenant, lane, asks = [] } = batch;
  const context = {
    actor: { kind: 'system', id: deps.actor },
    tenant,
    trace: traceIdOf(traceparentFrom(undefined)),
    log: deps.log,
  } as const;
  return await deps.db.tenant(context, async (tx) => {
    const mark = await lockLane(tx, batch, statementMs);
    const rows = await tx.query<{ position: string }>(handledSql, [tenant, lane, asks.map(String), String(mark.position)]);
    return { handled: 0, left: { position: mark.position, handled: rows.map((row) => BigInt(row.position)) } };
  });
}
