import { createHash } from 'node:crypto';
import type { Delivery, EmittedEvent } from '@etis/contracts/events';
import type { ConnectionId, ProductId } from '@etis/contracts/tenancy';
import { uuidv7 } from '@etis/kernel';
import { columnText } from '../record/column-text.ts';
import { type Draft, maxTypeLength, subjectText } from './draft.ts';
import { maxHops, platformSource } from './read-platform.ts';

/** The connection that a product's events come in by. The colon keeps it apart from every configured connection. */
export function productConnection(product: ProductId): ConnectionId {
  return `product:${product}`;
}

/** An emitted event as the router takes it; null where the inbox has to keep it with a reason. */
export function draftOf(event: EmittedEvent): Draft | null {
  const { id, type, source, subject, time, data, tenant, project, region, traceparent, flow, cause, hop } = event;
  if (type.length > maxTypeLength || hop > maxHops) return null;
  return {
    id,
    type: columnText(type, maxTypeLength),
    source: columnText(source, 1_024),
    subject: subjectText(subject),
    time,
    data,
    traceparent,
    flow,
    cause,
    hop,
    towards: { way: 'broadcast' },
    whom: { by: 'name', tenant, project, region },
  };
}

/** The same event as a delivery of the platform's own. Its digest is that of its id, so that it is kept once. */
export function deliveryOf(product: ProductId, { data, ...fields }: EmittedEvent, now: number): Delivery {
  const members = JSON.stringify(fields);
  return {
    id: uuidv7(now),
    connection: productConnection(product),
    source: platformSource,
    body: Buffer.from(`${members.slice(0, -1)},"data":${data}}`),
    digest: createHash('sha256').update(fields.id).digest(),
    headers: {},
    traceparent: fields.traceparent,
    receivedAt: new Date(now),
  };
}
