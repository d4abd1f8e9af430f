import type { Transport, TransportReceiver } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { Service } from '@etis/kernel';
import { defaultPatience, type Patience } from './patience.ts';
import { createBullmqReceiver } from './receiver.ts';
import { createBullmqSender } from './sender.ts';

/**
 * Both ends of the transport over Redis, by BullMQ. As a service it is the dispatcher's end; the host's ends are those that `receive` makes. Neither
 * needs Redis to be there when it starts, and both go on by themselves when it is back.
 */
export function createBullmqTransport(options: {
  /** `redis://` or `rediss://`, with user and password where Redis asks for them. */
  url: string;
  log: Log;
  patience?: Partial<Patience>;
}): Transport & TransportReceiver & Service {
  const settings = { ...options, patience: { ...defaultPatience, ...options.patience } };
  return { ...createBullmqSender(settings), ...createBullmqReceiver(settings) };
}
