import { randomUUID } from 'node:crypto';
import type { BatchOutcome, LaneBatch } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { ClusterId } from '@etis/contracts/tenancy';
import type { Service } from '@etis/kernel';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { errors } from '../../errors.ts';
import { batchJson, outcomeOf, readReply } from '../batch-json.ts';
import type { TransportDriver } from '../chosen-transport.ts';
import { queueName, type WireBatch } from './names.ts';
import type { Patience } from './patience.ts';
import { createReplies } from './replies.ts';
import type { Seal } from './seal.ts';
import { watchPending } from './watch-pending.ts';

/** A batch that was sent, until something is known of it. */
export interface Pending {
  readonly id: string;
  readonly batch: LaneBatch;
  readonly since: number;
  readonly resolve: (outcome: BatchOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** The dispatcher's end over Redis: batches into a queue for each cluster, replies by a list of this process's own. */
export function createBullmqSender(options: { url: string; seal: Seal; log: Log; patience: Patience }): TransportDriver & Service {
  const { url, seal, log, patience } = options;
  const owner = randomUUID();
  const pending = new Map<string, Pending>();
  const queues = new Map<ClusterId, Queue<WireBatch>>();
  let unsent: Pending[] = [];
  let redis: Redis | undefined;
  let stopWatching: (() => void) | undefined;

  const replies = createReplies({
    url,
    owner,
    seal,
    log,
    onReply: (id, text) =>
      settle(id, ({ resolve, reject }) => {
        try {
          resolve(outcomeOf(readReply(text)));
        } catch (error) {
          reject(error);
        }
      }),
  });

  function settle(id: string, run: (found: Pending) => void): void {
    const found = pending.get(id);
    if (found === undefined) return;
    pending.delete(id);
    run(found);
  }

  /** @throws SPINE_STOPPING */
  function queueOf(cluster: ClusterId): Queue<WireBatch> {
    const known = queues.get(cluster);
    if (known !== undefined) return known;
    if (redis === undefined) throw errors.STOPPING();
    const queue = new Queue<WireBatch>(queueName(cluster), { connection: redis, skipVersionCheck: true });
    queue.on('error', (error) => log.debug({ cluster, err: error }, 'the queue of a cluster has trouble'));
    queues.set(cluster, queue);
    return queue;
  }

  /** Sends what has come together, in one command for each cluster. */
  function flush(): void {
    const sending = unsent.filter(({ id }) => pending.has(id));
    unsent = [];
    for (const [cluster, batches] of Map.groupBy(sending, ({ batch }) => batch.cluster)) {
      send(cluster, batches).catch((cause: unknown) => {
        for (const { id } of batches) settle(id, ({ reject }) => reject(errors.TRANSPORT_AWAY.because({ cause }, 'Redis')));
      });
    }
  }

  async function send(cluster: ClusterId, batches: readonly Pending[]): Promise<void> {
    // A queue that is made while Redis is away would wait for it without an end.
    if (redis?.status !== 'ready') throw errors.TRANSPORT_AWAY('Redis');
    await queueOf(cluster).addBulk(
      batches.map(({ id, batch }) => {
        const text = JSON.stringify(batchJson(batch));
        const data = { replyTo: owner, text, mark: seal.mark(`${id} ${owner}`, text) };
        return { name: 'batch', data, opts: { jobId: id, removeOnComplete: true, removeOnFail: true } };
      }),
    );
  }

  /** Takes back what no host has begun, and tells whether it could. Rejects where Redis cannot be asked. */
  async function withdraw({ id, batch }: Pending): Promise<boolean> {
    if (redis?.status !== 'ready') return false;
    const queue = queueOf(batch.cluster);
    // Out of the list that hosts take from: BullMQ's own removal also takes what a host that died had begun.
    if ((await redis.lrem(queue.toKey('wait'), 1, id)) === 0) return false;
    await queue.remove(id);
    return true;
  }

  return {
    name: 'transport over Redis',
    isReady: () => redis?.status === 'ready',
    deliver(batch, signal) {
      if (redis === undefined) return Promise.reject(errors.STOPPING());
      if (signal.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<BatchOutcome>();
      const one: Pending = { id: randomUUID(), batch, since: performance.now(), resolve, reject };
      pending.set(one.id, one);
      if (unsent.length === 0) setImmediate(flush);
      unsent.push(one);
      const abort = () => {
        settle(one.id, () => reject(signal.reason));
        withdraw(one).catch((error: unknown) =>
          log.debug({ err: error }, 'a batch could not be withdrawn; what its host makes of it is passed over'),
        );
      };
      signal.addEventListener('abort', abort, { once: true });
      return promise.finally(() => signal.removeEventListener('abort', abort));
    },
    async start() {
      redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, lazyConnect: true });
      redis.on('error', (error) => log.debug({ err: error }, 'Redis cannot be reached'));
      // Without Redis this still starts: batches are refused as unreachable until it is there.
      await redis.connect().catch((error: unknown) => log.warn({ err: error }, 'Redis cannot be reached; lanes wait for it'));
      replies.start();
      stopWatching = watchPending({
        log,
        untakenMs: patience.untakenMs,
        pending: () => pending.values(),
        exists: async ({ id, batch }) => redis?.status !== 'ready' || (await queueOf(batch.cluster).getJob(id)) !== undefined,
        withdraw,
        reject: (id, error) => settle(id, ({ reject }) => reject(error)),
      });
    },
    async stop() {
      stopWatching?.();
      for (const id of [...pending.keys()]) settle(id, ({ reject }) => reject(errors.STOPPING()));
      replies.stop();
      queues.clear();
      redis?.disconnect();
      redis = undefined;
    },
  };
}
