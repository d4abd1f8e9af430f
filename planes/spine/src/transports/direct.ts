import type { BatchOutcome, LaneBatch } from '@etis/contracts/lanes';
import type { ClusterId } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';
import type { TransportDriver } from './chosen-transport.ts';

/** What a cluster host looks like to the embedded transport. */
export interface BatchHandler {
  handle(batch: LaneBatch, signal: AbortSignal): Promise<BatchOutcome>;
}

/**
 * The embedded transport: calls cluster hosts of this process. The map may change while it runs.
 * @throws SPINE_CLUSTER_UNKNOWN (retryable) for a cluster that does not run here
 */
export function createDirectTransport(hosts: ReadonlyMap<ClusterId, BatchHandler>): TransportDriver {
  return {
    reaches: (cluster) => hosts.has(cluster),
    async deliver(batch, signal) {
      const host = hosts.get(batch.cluster);
      if (host === undefined) throw errors.CLUSTER_UNKNOWN(batch.cluster);
      return await host.handle(batch, signal);
    },
  };
}
