import type { Governance } from '@etis/contracts/governance';
import type { SpineOperations } from '@etis/contracts/operations';
import { audit, type SystemDb } from '@etis/postgres';
import { placementsOf } from '../dispatcher/eligibility.ts';
import { errors } from '../errors.ts';
import { columnText } from '../record/column-text.ts';

const lockSql = `
select p.lane_id, p.cluster, l.tenant_id from lane l join lane_progress p on p.lane_id = l.id
where l.name = $1 and p.cluster is not null for update of p`;
// The generation is counted up so that whatever the cluster still holds of the lane is refused there, should it come back.
const detachSql = `
update lane_progress set cluster = null, generation = generation + 1, attempts = 0, refusals = 0, retry_at = null, trouble = null where lane_id = $1`;

/**
 * Takes a lane from a cluster that is gone for good, without its farewell. What that cluster handled and could not say any more is handled again
 * where the lane goes to.
 */
export function createDetachLane(options: { db: SystemDb; governance: Governance; onDetached: () => void }): SpineOperations['detachLane'] {
  const { db, governance, onDetached } = options;
  return async (context, lane, reason) => {
    if (lane.includes('\0')) return false;
    const detached = await db.system(async (tx) => {
      const [row] = await tx.query<{ lane_id: string; cluster: string; tenant_id: string }>(lockSql, [lane]);
      if (row === undefined) return false;
      if (placementsOf(governance.current()).get(lane) === row.cluster) throw errors.LANE_AT_HOME(lane, row.cluster);
      await tx.query(detachSql, [row.lane_id]);
      const detail = { cluster: row.cluster };
      const entry = { action: 'lane.detach', target: `lane/${lane}`, reason: columnText(reason, 500), detail };
      await audit.record(tx, { ...context, tenant: row.tenant_id }, entry);
      return true;
    });
    if (detached) onDetached();
    return detached;
  };
}
