import { SourceError } from '@etis/contracts/events';
import { isMembers, type Members } from './members.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a body in UTF-8; a mark of byte order is left out. @throws SourceError `unreadable` for bytes that are none. */
export function bodyText(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw new SourceError('unreadable', 'The body is not text in UTF-8.', { cause: error });
  }
}

/**
 * The JSON value of a text. An integer beyond 2^53 becomes the text of its digits, because a number would lose some of them.
 * @throws SourceError `unreadable` for what is no JSON.
 */
export function jsonValue(text: string): unknown {
  try {
    // The reviver costs several times the parsing itself, so only a text that can hold such an integer pays for it.
    return longNumber.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch (error) {
    throw new SourceError('unreadable', 'The body is not JSON.', { cause: error });
  }
}

/** The JSON object of a body. @throws SourceError `unreadable` for anything else. */
export function jsonObject(body: Uint8Array): Members {
  const value = jsonValue(bodyText(body));
  if (!isMembers(value)) throw new SourceError('unreadable', 'The body is JSON, but not an object.');
  return value;
}

const longNumber = /(?:^|[\s:,[])-?\d{16}/;

const keepDigits = ((_name: string, value: unknown, { source = '' }: { source?: string } = {}) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value) as (
  name: string,
  value: unknown,
) => unknown;
