import type { Log } from '@etis/contracts/log';
import { Redis } from 'ioredis';
import { repliesKey } from './names.ts';

/** How long one question for replies waits at Redis. */
const waitSeconds = 2;
const atOnce = 200;
const retryMs = 100;

/** Hears what came of the batches that `owner` sent. `start` does not wait for Redis. */
export function createReplies(options: { url: string; owner: string; log: Log; onReply: (id: string, text: string) => void }) {
  const { url, owner, log, onReply } = options;
  const key = repliesKey(owner);
  let redis: Redis | undefined;
  let listening: Promise<void> = Promise.resolve();

  async function listen(connection: Redis): Promise<void> {
    while (redis === connection) {
      try {
        const found = await connection.blmpop(waitSeconds, 1, key, 'LEFT', 'COUNT', atOnce);
        for (const text of found?.[1] ?? []) {
          const colon = text.indexOf(':');
          onReply(text.slice(0, colon), text.slice(colon + 1));
        }
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
      listening = listen(redis);
    },
    async stop() {
      const connection = redis;
      redis = undefined;
      connection?.disconnect();
      await listening;
    },
  };
}
