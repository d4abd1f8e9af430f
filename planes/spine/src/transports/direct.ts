import type { BatchOutcome, LaneBatch, Transport } from '@etis/contracts/lanes';
import type { ClusterId } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';

/** What a cluster host looks like to the embedded transport. */
export interface BatchHandler {
  handle(batch: LaneBatch, signal: AbortSignal): Promise<BatchOutcome>;
}

/**
 * The embedded transport: calls cluster hosts of this process. The map may change while it runs.
 * @throws SPINE_CLUSTER_UNKNOWN (retryable) for a cluster that does not run here
 */
export function createDirectTransport(hosts: ReadonlyMap<ClusterId, BatchHandler>): Transport {
  return {
    async deliver(batch, signal) {
      const host = hosts.get(batch.cluster);
      if (host === undefined) throw errors.CLUSTER_UNKNOWN(batch.cluster);
      return await host.handle(batch, signal);
    },
  };
}
