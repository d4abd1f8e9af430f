import { hkdfSync } from 'node:crypto';
import type { Log } from '@etis/contracts/log';
import type { Config } from '@etis/kernel';
import type { BullmqTransport } from '@etis/spine/bullmq';

/** The transport over Redis, whose code is loaded only where an address of one is set. */
export async function openBullmq(options: {
  config: Pick<Config, 'redisUrl'>;
  masterKey: Buffer;
  log: Log;
}): Promise<BullmqTransport | null> {
  const { config, masterKey, log } = options;
  if (config.redisUrl === null) return null;
  const { createBullmqTransport } = await import('@etis/spine/bullmq');
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'etis batches over a broker', 32));
  return createBullmqTransport({ url: config.redisUrl, key, log });
}
