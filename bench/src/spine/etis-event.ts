import type { EmittedEvent } from '@etis/contracts/events';
import { uuidv7 } from '@etis/kernel';
import type { Message } from './message.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A message as a cluster's outbox relay hands an event to the spine. */
export function eventOf(sent: Message): EmittedEvent {
  const id = uuidv7();
  return {
    id,
    type: 'bench.sent',
    source: '/products/bench',
    subject: null,
    time: new Date().toISOString(),
    data: JSON.stringify(sent),
    tenant: sent.tenant,
    project: null,
    region: null,
    traceparent,
    flow: id,
    cause: null,
    hop: 1,
  };
}
