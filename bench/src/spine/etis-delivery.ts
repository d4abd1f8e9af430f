import { createHash } from 'node:crypto';
import type { Delivery } from '@etis/contracts/events';
import { uuidv7 } from '@etis/kernel';
import type { Message } from './message.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A message as a cluster's outbox relay hands an event to the inbox. */
export function deliveryOf(sent: Message): Delivery {
  const id = uuidv7();
  const event = {
    id,
    type: 'bench.sent',
    source: '/products/bench',
    subject: null,
    time: new Date().toISOString(),
    data: sent,
    tenant: sent.tenant,
    project: null,
    region: null,
    traceparent,
    flow: id,
    cause: null,
    hop: 1,
  };
  return {
    id: uuidv7(),
    connection: 'product:bench',
    source: 'platform',
    body: Buffer.from(JSON.stringify(event)),
    digest: createHash('sha256').update(id).digest(),
    headers: {},
    traceparent,
    receivedAt: new Date(),
  };
}
