import type { Delivery } from '@etis/contracts/events';

/** An inbox row as it is read. */
export interface DeliveryRow {
  readonly position: string;
  readonly id: string;
  readonly connection_id: string;
  readonly source: string;
  readonly headers: string;
  readonly body: Buffer;
  readonly traceparent: string;
  readonly received_at: Date;
}

/** What normalising needs of a delivery. The digest has done its work when it was accepted and is not read again. */
export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    connection: row.connection_id,
    source: row.source,
    body: row.body,
    digest: Buffer.alloc(0),
    headers: JSON.parse(row.headers) as Record<string, string>,
    traceparent: row.traceparent,
    receivedAt: row.received_at,
  };
}
