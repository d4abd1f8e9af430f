import { type Delivery, type NormalisedEvent, type SourceAdapter, SourceError } from '@etis/contracts/events';
import { bodyText, jsonValue } from '../json-body.ts';
import { jsonExtract } from '../json-copy.ts';
import { binaryEvent, structuredEvent } from './cloud-event.ts';
import { contentMode } from './content-mode.ts';

/**
 * Reads CloudEvents 1.0 over HTTP, in binary, structured and batched mode; the event keeps its type, source, subject and time. An event in a batch
 * that cannot be read becomes `cloudevents.unsupported.received` with the reason, as long as another of the batch can be.
 */
export const adapter: SourceAdapter = {
  kind: 'cloudevents',
  keepHeaders: ['content-type', 'ce-*'],
  normalise(delivery) {
    switch (contentMode(delivery.headers)) {
      case 'binary':
        return [binaryEvent(delivery.headers, delivery.body)];
      case 'structured':
        return [structuredEvent(jsonValue(bodyText(delivery.body)))];
      case 'batched':
        return batch(delivery);
      case 'other':
        throw new SourceError('unreadable', 'The events are in a format that is not read here. Send them in the JSON format.');
      case 'none':
        throw new SourceError(
          'unreadable',
          'This is no CloudEvent: it has neither the header ce-specversion nor a Content-Type of CloudEvents.',
        );
    }
  },
};

const batchAtMost = 1_000;

function batch({ body, connection }: Pick<Delivery, 'body' | 'connection'>): readonly NormalisedEvent[] {
  const values = jsonValue(bodyText(body));
  if (!Array.isArray(values)) throw new SourceError('unreadable', 'A batch is a JSON list of events.');
  if (values.length === 0) throw new SourceError('unreadable', 'The batch holds no event.');
  if (values.length > batchAtMost) throw new SourceError('unreadable', `The batch holds more than ${batchAtMost} events.`);
  const read = values.map((value) => structuredOrReason(value));
  const [first] = read;
  if (first instanceof SourceError && read.every((event) => event instanceof SourceError)) throw first;
  return read.map((event, at) => (event instanceof SourceError ? unsupported(event, values[at], connection) : event));
}

function structuredOrReason(value: unknown): NormalisedEvent | SourceError {
  try {
    return structuredEvent(value);
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
}

function unsupported({ reason, message }: SourceError, piece: unknown, connection: string): NormalisedEvent {
  return {
    type: 'cloudevents.unsupported.received',
    source: `urn:cloudevents:${connection}`,
    subject: null,
    time: null,
    data: { reason, message, raw: jsonExtract(piece, { textLength: 5_000 }) },
    refs: [{ system: 'cloudevents', kind: 'connection', id: connection }],
  };
}
