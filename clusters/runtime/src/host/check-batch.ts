import { type LaneBatch, laneId } from '@etis/contracts/lanes';
import type { Cluster, TenantId } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';

/**
 * Refuses what is not this host's to handle. The whole batch: one stray entry means that whoever sent it cannot be believed.
 * @throws RUNTIME_BATCH_FOREIGN, RUNTIME_TENANT_NOT_PLACED, RUNTIME_BATCH_MALFORMED
 */
export function checkBatch(batch: LaneBatch, host: { cluster: Cluster; placed: (tenant: TenantId) => boolean }): void {
  const { cluster } = host;
  const foreign = (reason: string) => errors.BATCH_FOREIGN(cluster.id, reason);
  if (batch.cluster !== cluster.id) throw foreign(`it is for the cluster "${batch.cluster}"`);
  if (batch.product !== cluster.product) throw foreign(`it is for the product "${batch.product}"`);
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(batch.tenant)) throw foreign('its tenant is not a tenant id');
  if (batch.lane !== laneId(batch.tenant, batch.product)) throw foreign(`its lane "${batch.lane}" is not its tenant's`);
  // A lane that leaves is placed elsewhere by then; and where it goes to may hear of it a moment later.
  if (batch.mode !== 'leave' && !host.placed(batch.tenant)) throw errors.TENANT_NOT_PLACED(cluster.id, batch.tenant);
  if (batch.mode === 'leave' && batch.entries.length > 0) throw errors.BATCH_MALFORMED('a batch that makes a lane leave holds entries');
  if (batch.mode === 'parked' && batch.entries.length > 1) throw errors.BATCH_MALFORMED('a parked batch holds more than one entry');
  let before = batch.after ?? -1n;
  if (before < -1n) throw errors.BATCH_MALFORMED('it comes after a negative position');
  for (const { position, event } of batch.entries) {
    if (position <= before) throw errors.BATCH_MALFORMED(`position ${position} does not come after ${before}`);
    if (event.tenant !== batch.tenant) throw foreign(`it holds an event of the tenant "${event.tenant}"`);
    before = position;
  }
}
