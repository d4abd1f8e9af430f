import type { BatchOutcome, HandleBatch, LaneBatch, Transport, TransportReceiver } from '@etis/contracts/lanes';
import type { ClusterId } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';
import { batchJson, outcomeOf, type Reply, readBatch, readReply, refusalOf, replyText } from './batch-json.ts';

/** What an unreliable broker does to a batch: hand it over once, twice, late, or lose what came of it. */
export type Mishap = 'none' | 'duplicate' | 'late' | 'no-reply';

/** A broker in this process, for tests: everything crosses it as JSON, and it keeps its promises no better than a real one. */
export function createMemoryTransport(mishapOf: (batch: LaneBatch) => Mishap = () => 'none'): Transport & TransportReceiver {
  const hosts = new Map<ClusterId, HandleBatch>();

  async function hand(text: string, handle: HandleBatch, signal: AbortSignal): Promise<Reply> {
    try {
      return { outcome: await handle(readBatch(JSON.parse(text)), signal) };
    } catch (error) {
      return refusalOf(error);
    }
  }

  return {
    async deliver(batch, signal) {
      signal.throwIfAborted();
      const handle = hosts.get(batch.cluster);
      if (handle === undefined) throw errors.CLUSTER_UNKNOWN(batch.cluster);
      const text = JSON.stringify(batchJson(batch));
      const mishap = mishapOf(batch);
      if (mishap === 'late') await new Promise((resolve) => setImmediate(resolve));
      if (mishap === 'duplicate') void hand(text, handle, signal);
      const handed = hand(text, handle, signal).then((reply) => outcomeOf(readReply(replyText(reply))));
      const { promise: aborted, reject } = Promise.withResolvers<BatchOutcome>();
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      aborted.catch(() => undefined);
      handed.catch(() => undefined);
      try {
        return await Promise.race([mishap === 'no-reply' ? aborted : handed, aborted]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    receive(cluster, handle) {
      return {
        name: `batches in memory for ${cluster}`,
        async start() {
          hosts.set(cluster, handle);
        },
        async stop() {
          hosts.delete(cluster);
        },
      };
    },
  };
}
