import { type NormalisedEvent, SourceError } from '@etis/contracts/events';
import { eventType } from '../event-type.ts';
import { isMembers, quoted } from '../members.ts';
import { utcTime } from '../times.ts';
import { dataOfBase64, dataOfBody, dataOfJson } from './event-data.ts';
import { headerAttribute } from './header-value.ts';

/** What an event in either mode says of itself; undefined is unset. */
interface Attributes {
  readonly specversion: unknown;
  readonly id: unknown;
  readonly source: unknown;
  readonly type: unknown;
  readonly subject: unknown;
  readonly time: unknown;
}

/**
 * First words of types that only the platform or another source may write: products act on them because somebody else has proved them.
 */
const reserved = new Set(['cloudevents', 'etis', 'hooks', 'job', 'platform', 'whatsapp']);

/** @throws SourceError */
export function structuredEvent(value: unknown): NormalisedEvent {
  if (!isMembers(value)) throw new SourceError('unreadable', 'An event in the JSON format is an object.');
  const { specversion, id, source, type, subject, time, datacontenttype, data, data_base64 } = value;
  const contentType = textAttribute('datacontenttype', datacontenttype);
  const attributes = eventOf({ specversion, id, source, type, subject, time });
  if (data_base64 === undefined || data_base64 === null) return { ...attributes, data: dataOfJson(data, contentType) };
  if (data !== undefined && data !== null) throw new SourceError('unreadable', 'The event has both "data" and "data_base64".');
  return { ...attributes, data: dataOfBase64(data_base64, contentType) };
}

/** @throws SourceError */
export function binaryEvent(headers: Readonly<Record<string, string>>, body: Buffer): NormalisedEvent {
  const attribute = (name: string) => {
    const raw = headers[`ce-${name}`];
    return raw === undefined ? undefined : headerAttribute(raw);
  };
  const attributes = eventOf({
    specversion: attribute('specversion'),
    id: attribute('id'),
    source: attribute('source'),
    type: attribute('type'),
    subject: attribute('subject'),
    time: attribute('time'),
  });
  return { ...attributes, data: dataOfBody(body, headers['content-type']) };
}

/** The event without its data. Extension attributes decide nothing: any sender can write `etistenant`. */
function eventOf(attributes: Attributes): Omit<NormalisedEvent, 'data'> {
  if (attributes.specversion !== '1.0')
    throw new SourceError('unreadable', 'The event is not of version 1.0 of CloudEvents ("specversion").');
  required('id', attributes.id);
  const type = required('type', attributes.type);
  const source = required('source', attributes.source);
  if (!/^[!-~]+$/.test(source)) throw new SourceError('unreadable', 'The "source" of the event is no URI reference.');
  const name = eventType(type);
  if (name === null) {
    throw new SourceError(
      'unknown-event',
      `The type ${quoted(type)} cannot be the name of an event: a name has words of letters, digits, "_" and "-" with single dots between them.`,
    );
  }
  if (reserved.has((name.split('.', 1)[0] ?? '').toLowerCase())) {
    throw new SourceError(
      'unknown-event',
      `The type ${quoted(type)} begins with a word that the platform keeps for events of its own. Use another.`,
    );
  }
  const time = textAttribute('time', attributes.time);
  return {
    type: name,
    source,
    subject: textAttribute('subject', attributes.subject) ?? null,
    time: utcTime(time?.toUpperCase()),
    refs: [{ system: 'cloudevents', kind: 'source', id: source }],
  };
}

const attributeLength = 1_000;

function required(name: string, value: unknown): string {
  const text = textAttribute(name, value);
  if (text === undefined || text === '') throw new SourceError('unreadable', `The event has no "${name}".`);
  return text;
}

/** A text of at most 1,000 characters without control characters; null is unset, as in the JSON format. */
function textAttribute(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > attributeLength || !value.isWellFormed() || /\p{Cc}/u.test(value)) {
    throw new SourceError('unreadable', `The "${name}" of the event is no text of at most ${attributeLength} characters.`);
  }
  return value;
}
