import { SourceError } from '@etis/contracts/events';
import { jsonValue } from '../json-body.ts';
import { wholeJson } from '../json-copy.ts';
import { storable } from '../members.ts';
import { mediaTypeOf } from './content-mode.ts';

/** How data that is no JSON is told: as text where it is text in UTF-8, otherwise in base64. */
interface ForeignData {
  readonly contentType: string | null;
  readonly text?: string;
  readonly base64?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** `application/json`, `application/vnd.x+json`, `text/json`; data without a type is JSON too. */
function isJson(contentType: string | undefined): boolean {
  const type = mediaTypeOf(contentType);
  return type === '' || /^[^/]+\/(?:[^/]+\+)?json$/.test(type);
}

/** The data of an event in the JSON format: `data` may be any JSON; a text of another type is that type's text. */
export function dataOfJson(data: unknown, contentType: string | undefined): unknown {
  return typeof data === 'string' && !isJson(contentType) ? foreign(contentType, { text: storable(data) }) : wholeJson(data ?? null);
}

/** The data of an event in binary mode. @throws SourceError `unreadable` for a body that says it is JSON and is not. */
export function dataOfBody(body: Buffer, contentType: string | undefined): unknown {
  if (body.length === 0) return null;
  if (!isJson(contentType)) return dataOfBytes(body, contentType);
  const text = textOf(body);
  if (text === null) throw new SourceError('unreadable', 'The body is not text in UTF-8, although its type is JSON.');
  return wholeJson(jsonValue(text));
}

/** @throws SourceError `unreadable` for what is no base64. */
export function dataOfBase64(base64: unknown, contentType: string | undefined): unknown {
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0)
    throw new SourceError('unreadable', 'The member "data_base64" is no base64.');
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === 0 ? null : dataOfBytes(bytes, contentType);
}

/** Bytes that a sender marked as binary need not be what their type says: JSON where they are, otherwise kept as they came. */
function dataOfBytes(bytes: Buffer, contentType: string | undefined): unknown {
  const text = textOf(bytes);
  if (text !== null && isJson(contentType)) {
    try {
      return wholeJson(jsonValue(text));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
  }
  const type = mediaTypeOf(contentType);
  const isText = type.startsWith('text/') || /[/+]xml$/.test(type);
  return foreign(contentType, text !== null && isText && !text.includes('\0') ? { text } : { base64: bytes.toString('base64') });
}

function textOf(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function foreign(contentType: string | undefined, content: Pick<ForeignData, 'text' | 'base64'>): ForeignData {
  return { contentType: contentType === undefined ? null : storable(contentType), ...content };
}
