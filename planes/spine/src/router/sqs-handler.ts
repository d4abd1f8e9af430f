import type { Delivery, SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { Governance } from '@etis/contracts/governance';
import { errors } from '../errors.ts';
import type { RoutedDelivery } from './apply.ts';
import { deliveryOfText } from './delivery-text.ts';
import { route } from './route.ts';
import { type RoutingTable, routingTable } from './routing-table.ts';

/** What AWS Lambda is called with for a queue; of each record only what is read here. */
interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  /** With a MessageGroupId, which only FIFO queues give. */
  readonly group: string | null;
}

/** The records to deliver again; the queue forgets all others. The queue's mapping has to ask for `ReportBatchItemFailures`. */
export interface SqsBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface SqsHandlerOptions {
  readonly governance: Pick<Governance, 'current'>;
  readonly adapters: ReadonlyMap<SourceKind, SourceAdapter>;
  /** Keeps what one delivery was routed to, unmatched parts included. It may get the same delivery again; event ids are the same then. */
  readonly sink: (routed: RoutedDelivery) => Promise<void>;
  /** Hears why a record failed, which is delivered again. */
  readonly onFailure: (messageId: string, error: unknown) => void;
}

/**
 * The router as a handler of AWS Lambda for SQS: each record's body is a delivery as `textOfDelivery` writes it. A record that is no delivery or
 * that the sink fails on fails alone; in a FIFO queue what follows in its group fails with it, because order is the group's promise.
 * @throws SPINE_SQS_EVENT_MALFORMED (rejects) where the event has no records, or one without `messageId` and `body`
 */
export function createSqsHandler(options: SqsHandlerOptions): (event: unknown) => Promise<SqsBatchResponse> {
  const { governance, adapters, sink, onFailure } = options;
  let table: RoutingTable | undefined;

  function currentTable(): RoutingTable {
    const view = governance.current();
    if (table?.view !== view) table = routingTable(view);
    return table;
  }

  async function isDone(record: SqsRecord, view: RoutingTable): Promise<boolean> {
    try {
      const delivery: Delivery = deliveryOfText(record.body);
      await sink({ delivery, routed: route(delivery, adapters.get(delivery.source), view) });
      return true;
    } catch (error) {
      onFailure(record.messageId, error);
      return false;
    }
  }

  async function failedOf(group: readonly SqsRecord[], view: RoutingTable): Promise<readonly SqsRecord[]> {
    for (const [index, record] of group.entries()) {
      if (!(await isDone(record, view))) return group.slice(index);
    }
    return [];
  }

  return async (event) => {
    const records = recordsOf(event);
    const view = currentTable();
    const groups = Map.groupBy(records, (record) => record.group ?? record);
    const failed = await Promise.all([...groups.values()].map((group) => failedOf(group, view)));
    return { batchItemFailures: failed.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

function recordsOf(event: unknown): readonly SqsRecord[] {
  const records = memberOf(event, 'Records');
  if (!Array.isArray(records) || records.length === 0) throw errors.SQS_EVENT_MALFORMED('it has no records');
  return records.map((record: unknown, index) => {
    const messageId = memberOf(record, 'messageId');
    const body = memberOf(record, 'body');
    if (typeof messageId !== 'string' || messageId === '') throw errors.SQS_EVENT_MALFORMED(`record ${index} has no messageId`);
    if (typeof body !== 'string') throw errors.SQS_EVENT_MALFORMED(`record ${index} has no body`);
    const group = memberOf(memberOf(record, 'attributes'), 'MessageGroupId');
    return { messageId, body, group: typeof group === 'string' ? group : null };
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
