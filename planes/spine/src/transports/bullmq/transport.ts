import type { TransportReceiver } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { Service } from '@etis/kernel';
import type { TransportDriver } from '../chosen-transport.ts';
import { defaultPatience, type Patience } from './patience.ts';
import { createBullmqReceiver } from './receiver.ts';
import { createSeal } from './seal.ts';
import { createBullmqSender } from './sender.ts';

/** Both ends of the transport over Redis. */
export type BullmqTransport = TransportDriver & TransportReceiver & Service;

/**
 * Both ends of the transport over Redis, by BullMQ. As a service it is the dispatcher's end; the host's ends are those that `receive` makes. Neither
 * needs Redis to be there when it starts, and both go on by themselves when it is back.
 */
export function createBullmqTransport(options: {
  /** `redis://` or `rediss://`, with user and password where Redis asks for them. */
  url: string;
  /** 32 bytes that every node has and Redis has not: batches and replies that are not marked under it are passed over. */
  key: Buffer;
  log: Log;
  patience?: Partial<Patience>;
}): BullmqTransport {
  const settings = { ...options, seal: createSeal(options.key), patience: { ...defaultPatience, ...options.patience } };
  return { ...createBullmqSender(settings), ...createBullmqReceiver(settings) };
}
