import type { HandleBatch, TransportReceiver } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { errors } from '../../errors.ts';
import { type Reply, readBatch, refusalOf, replyText } from '../batch-json.ts';
import { queueName, repliesKey, repliesLastMs, type WireBatch } from './names.ts';
import type { Patience } from './patience.ts';

/** Batches that a host handles at a time, of all dispatchers. */
const atOnce = 16;
/** How long `stop` lets batches finish before their signal aborts. */
const graceMs = 5_000;

/** The host's end over Redis: takes batches out of its cluster's queue and puts what came of them into the list of whoever sent them. */
export function createBullmqReceiver(options: { url: string; log: Log; patience: Patience }): TransportReceiver {
  const { url, log, patience } = options;
  return {
    receive(cluster, handle) {
      let running: { readonly worker: Worker<WireBatch>; readonly redis: readonly Redis[]; readonly stopping: AbortController } | undefined;

      return {
        name: `batches over Redis for ${cluster}`,
        async start() {
          const stopping = new AbortController();
          const [connection, replies] = [connectTo(url, log), connectTo(url, log)];
          const worker = new Worker<WireBatch>(queueName(cluster), (job) => take(job, { handle, replies, signal: stopping.signal }), {
            connection,
            concurrency: atOnce,
            lockDuration: patience.lockMs,
            stalledInterval: patience.stalledEveryMs,
            maxStalledCount: 0,
            skipVersionCheck: true,
          });
          worker.on('error', (error) => log.debug({ cluster, err: error }, 'batches cannot be received at the moment'));
          worker.on('failed', (_job, error) => log.warn({ cluster, err: error }, 'what came of a batch could not be told'));
          running = { worker, redis: [connection, replies], stopping };
        },
        async stop() {
          if (running === undefined) return;
          const { worker, redis, stopping } = running;
          running = undefined;
          const grace = setTimeout(() => stopping.abort(errors.STOPPING()), graceMs).unref();
          await worker
            .close()
            .catch((error: unknown) => log.debug({ cluster, err: error }, 'the queue of a cluster did not close in order'));
          clearTimeout(grace);
          for (const one of redis) one.disconnect();
        },
      };
    },
  };
}

function connectTo(url: string, log: Log): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', (error) => log.debug({ err: error }, 'Redis cannot be reached'));
  return redis;
}

/** Handles a batch and tells its sender. */
async function take(job: Job<WireBatch>, deps: { handle: HandleBatch; replies: Redis; signal: AbortSignal }): Promise<void> {
  const { handle, replies, signal } = deps;
  const key = repliesKey(String(job.data.replyTo));
  let reply: Reply;
  try {
    reply = { outcome: await handle(readBatch(job.data.batch), signal) };
  } catch (error) {
    reply = refusalOf(error);
  }
  await replies
    .multi()
    .rpush(key, `${job.id}:${replyText(reply)}`)
    .pexpire(key, repliesLastMs)
    .exec();
}
