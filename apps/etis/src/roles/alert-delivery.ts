import { hash } from 'node:crypto';
import type { AlertEvent } from '@etis/command';
import type { Delivery } from '@etis/contracts/events';
import { platformTenant } from '@etis/contracts/tenancy';
import { traceparentFrom } from '@etis/kernel';

/** An alert as an event of the platform about itself: the same delivery for the same event, however often it is handed on. */
export function alertDelivery({ id, type, subject, time, data }: AlertEvent): Delivery {
  const digest = hash('sha256', id, 'buffer');
  const event = uuidOf(digest);
  const traceparent = traceparentFrom(undefined);
  const body = {
    id: event,
    type,
    source: '/telemetry',
    subject,
    time,
    data,
    tenant: platformTenant,
    project: null,
    region: null,
    traceparent,
    flow: event,
    cause: null,
    hop: 1,
  };
  return {
    id: event,
    connection: 'platform:alerts',
    source: 'platform',
    body: Buffer.from(JSON.stringify(body)),
    digest,
    headers: {},
    traceparent,
    receivedAt: new Date(time),
  };
}

/** RFC 9562, version 8: from bytes of the caller's own. */
function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
