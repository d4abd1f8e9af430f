import { SourceError } from '@etis/contracts/events';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * An attribute as a header holds it (HTTP binding 3.1.3.2): a quoted string is unquoted, then one round of percent decoding. A percent sign that
 * stands for nothing is kept, because senders of the first version wrote it so. `raw` has one character per byte, as HTTP gives it.
 * @throws SourceError `unreadable` for bytes that are no UTF-8.
 */
export function headerAttribute(raw: string): string {
  const quotedString = /^"((?:[^"\\]|\\.)*)"$/.exec(raw)?.[1];
  const value = quotedString === undefined ? raw : quotedString.replace(/\\(.)/g, '$1');
  const bytes = value.replace(/%([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch (error) {
    throw new SourceError('unreadable', 'A "ce-" header is no UTF-8 after percent decoding.', { cause: error });
  }
}
