import type { Log } from '@etis/contracts/log';
import { Redis } from 'ioredis';
import { repliesKey } from './names.ts';
import type { Seal } from './seal.ts';

/** How long one question for replies waits at Redis. */
const waitSeconds = 2;
const atOnce = 200;
const retryMs = 100;

/** Hears what came of the batches that `owner` sent. `start` does not wait for Redis. */
export function createReplies(options: { url: string; owner: string; seal: Seal; log: Log; onReply: (id: string, text: string) => void }) {
  const { url, owner, seal, log, onReply } = options;
  const key = repliesKey(owner);
  let redis: Redis | undefined;

  function take(reply: string): void {
    const [id = '', mark = ''] = reply.split(':', 2);
    const text = reply.slice(id.length + mark.length + 2);
    if (seal.fits(mark, id, text)) onReply(id, text);
    else log.warn({ batch: id }, 'Redis held a reply that no host of this installation has given; it is passed over');
  }

  async function listen(connection: Redis): Promise<void> {
    while (redis === connection) {
      try {
        const found = await connection.blmpop(waitSeconds, 1, key, 'LEFT', 'COUNT', atOnce);
        for (const text of found?.[1] ?? []) take(text);
      } catch (error) {
        if (redis !== connection) return;
        log.debug({ err: error }, 'replies cannot be heard at the moment');
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  return {
    start() {
      redis = new Redis(url, { maxRetriesPerRequest: null });
      redis.on('error', (error) => log.debug({ err: error }, 'Redis cannot be reached'));
      void listen(redis);
    },
    /** What is asked of a connection that ends while it comes back may never be answered, so that is not waited for. */
    stop() {
      const connection = redis;
      redis = undefined;
      connection?.disconnect();
    },
  };
}
