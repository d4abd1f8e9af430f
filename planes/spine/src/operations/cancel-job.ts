import type { SpineOperations } from '@etis/contracts/operations';
import { audit, type SystemDb } from '@etis/postgres';
import { cancelJob } from '../jobs/cancel-job.ts';

/** Cancelling, with its audit row in the same transaction. */
export function createCancelJob(db: SystemDb): SpineOperations['cancelJob'] {
  return (context, id) =>
    db.system(async (tx) => {
      const cancelled = await cancelJob(tx, id);
      if (cancelled === null) return false;
      await audit.record(tx, { ...context, tenant: cancelled.tenant }, { action: 'job.cancel', target: `job/${id}` });
      return true;
    });
}
