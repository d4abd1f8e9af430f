import { type Delivery, type SourceAdapter, SourceError } from '@etis/contracts/events';
import { columnText } from '../record/column-text.ts';
import { thrownText } from '../record/thrown-text.ts';
import { type Draft, dataText, eventTime, maxDataLength, maxEvents, maxTypeLength, type Reading, subjectText } from './draft.ts';
import { eventId } from './event-id.ts';

const maxRefs = 32;

/** Reads a delivery from outside by its source's adapter. What the adapter parsed is what is kept: numbers are as JSON.parse reads them. */
export function readSource(delivery: Delivery, adapter: SourceAdapter | undefined): Reading {
  if (adapter === undefined) return { reason: 'unreadable', detail: `nothing here reads deliveries of the source ${delivery.source}` };
  try {
    return readWith(adapter, delivery);
  } catch (error) {
    const reason = error instanceof SourceError ? error.reason : 'unreadable';
    return { reason, detail: thrownText(error, 500) };
  }
}

function readWith(adapter: SourceAdapter, delivery: Delivery): Reading {
  const events = adapter.normalise(delivery);
  if (events.length > maxEvents) return { reason: 'unreadable', detail: `it holds ${events.length} events, more than ${maxEvents}` };
  let length = 0;
  const drafts: Draft[] = [];
  for (const [part, event] of events.entries()) {
    const data = dataText(event.data);
    length += data.length;
    if (length > maxDataLength) return { reason: 'unreadable', detail: `its events together are longer than ${maxDataLength} characters` };
    if (event.type === '' || event.type.length > maxTypeLength)
      return { reason: 'unreadable', detail: 'the type of an event is empty or too long' };
    drafts.push({
      id: eventId(delivery.id, part),
      type: columnText(event.type, maxTypeLength),
      source: columnText(event.source, 1_024),
      subject: subjectText(event.subject),
      time: eventTime(event.time, delivery),
      data,
      traceparent: delivery.traceparent,
      flow: delivery.id,
      cause: null,
      hop: 0,
      towards: event.directed === true ? { way: 'directed', to: null } : { way: 'broadcast' },
      whom: { by: 'refs', refs: event.refs.slice(0, maxRefs).map(({ system, kind, id }) => ({ system, kind, id })) },
    });
  }
  return { drafts };
}
