import type { HandleBatch, TransportReceiver } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { errors } from '../../errors.ts';
import { type Reply, readBatch, refusalOf, replyText } from '../batch-json.ts';
import { queueName, repliesKey, repliesLastMs, type WireBatch } from './names.ts';
import type { Patience } from './patience.ts';
import type { Seal } from './seal.ts';

/** Batches that a host handles at a time, of all dispatchers. */
const atOnce = 16;
/** How long `stop` lets batches finish before their signal aborts, and then how long Redis may take to hear of it. */
const graceMs = 5_000;
const closeMs = 2_000;

/** The host's end over Redis: takes batches out of its cluster's queue and puts what came of them into the list of whoever sent them. */
export function createBullmqReceiver(options: { url: string; seal: Seal; log: Log; patience: Patience }): TransportReceiver {
  const { url, seal, log, patience } = options;
  return {
    receive(cluster, handle) {
      let running: { readonly worker: Worker<WireBatch>; readonly redis: Connections; readonly stopping: AbortController } | undefined;

      return {
        name: `batches over Redis for ${cluster}`,
        async start() {
          const stopping = new AbortController();
          const redis = connectTo(url, log);
          const deps = { handle, replies: redis.replies, seal, log, signal: stopping.signal };
          const worker = new Worker<WireBatch>(queueName(cluster), (job) => take(job, deps), {
            connection: redis.worker,
            concurrency: atOnce,
            lockDuration: patience.lockMs,
            stalledInterval: patience.stalledEveryMs,
            maxStalledCount: 0,
            skipVersionCheck: true,
          });
          worker.on('error', (error) => log.debug({ cluster, err: error }, 'batches cannot be received at the moment'));
          worker.on('failed', (_job, error) => log.warn({ cluster, err: error }, 'what came of a batch could not be told'));
          running = { worker, redis, stopping };
        },
        async stop() {
          if (running === undefined) return;
          const { worker, redis, stopping } = running;
          running = undefined;
          const grace = setTimeout(() => stopping.abort(errors.STOPPING()), graceMs);
          // Closing waits for Redis, which may be away for longer than this process may take to stop.
          const { promise: late, resolve } = Promise.withResolvers<void>();
          const patienceEnds = setTimeout(resolve, redis.isThere() ? graceMs + closeMs : 0);
          const closed = worker.close().catch((error: unknown) => log.debug({ cluster, err: error }, 'a queue did not close in order'));
          await Promise.race([closed, late]);
          clearTimeout(grace);
          clearTimeout(patienceEnds);
          stopping.abort(errors.STOPPING());
          redis.disconnect();
        },
      };
    },
  };
}

interface Connections {
  readonly worker: Redis;
  readonly replies: Redis;
  isThere(): boolean;
  disconnect(): void;
}

/** The connections of a worker, also the one that BullMQ makes of the one that it is given, so that all can be ended. */
function connectTo(url: string, log: Log): Connections {
  const worker = new Redis(url, { maxRetriesPerRequest: null });
  const replies = worker.duplicate();
  const all = [worker, replies];
  const duplicate = worker.duplicate.bind(worker);
  worker.duplicate = (override) => {
    const made = duplicate(override);
    all.push(made);
    return made;
  };
  for (const redis of all) redis.on('error', (error) => log.debug({ err: error }, 'Redis cannot be reached'));
  return {
    worker,
    replies,
    isThere: () => all.every(({ status }) => status === 'ready'),
    disconnect() {
      for (const redis of all) redis.disconnect();
    },
  };
}

/** Handles a batch and tells its sender. */
async function take(
  job: Job<WireBatch>,
  deps: { handle: HandleBatch; replies: Redis; seal: Seal; log: Log; signal: AbortSignal },
): Promise<void> {
  const { handle, replies, seal, log, signal } = deps;
  const { replyTo, text, mark } = job.data ?? {};
  const id = String(job.id);
  if (!seal.fits(String(mark), `${id} ${replyTo}`, String(text))) {
    log.warn({ job: id }, 'Redis held a batch that no dispatcher of this installation has sent; it is passed over');
    return;
  }
  let reply: Reply;
  try {
    reply = { outcome: await handle(readBatch(JSON.parse(text)), signal) };
  } catch (error) {
    reply = refusalOf(error);
  }
  const answer = replyText(reply);
  const key = repliesKey(replyTo);
  await replies
    .multi()
    .rpush(key, `${id}:${seal.mark(id, answer)}:${answer}`)
    .pexpire(key, repliesLastMs)
    .exec();
}
