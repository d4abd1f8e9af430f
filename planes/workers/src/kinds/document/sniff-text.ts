import { isUtf8 } from 'node:buffer';
import type { SniffedType, TextEncodingName } from './sniffed-type.ts';

const delimiters = [',', ';', '\t', '|'];

/** What sort of text the beginning of a file is; null where it is none. `whole` says that nothing follows. */
export function sniffText(head: Buffer, hint: { readonly table: boolean; readonly whole: boolean }): SniffedType | null {
  const encoding = encodingOf(head, hint.whole);
  if (encoding === null) return null;
  const text = new TextDecoder(encoding).decode(head).trimStart();
  return { mimeType: textType(text, hint.table), encoding, obstacle: null };
}

function textType(text: string, table: boolean): string {
  if (text.startsWith('<')) {
    const root = rootOf(text.slice(0, 8_000));
    if (root === 'svg') return 'image/svg+xml';
    if (root === 'html') return 'text/html';
    if (text.startsWith('<?xml')) return 'application/xml';
  }
  if (!table) return 'text/plain';
  return delimiterOf(text) === '\t' ? 'text/tab-separated-values' : 'text/csv';
}

/** The name of the first element, or of the document type where it says one; past declarations and comments. */
function rootOf(text: string): string | null {
  let rest = text.trimStart();
  for (;;) {
    const end = rest.startsWith('<?') ? '?>' : rest.startsWith('<!--') ? '-->' : null;
    if (end === null) return /^<(?:!doctype\s+)?([a-z]+)/i.exec(rest)?.[1]?.toLowerCase() ?? null;
    const at = rest.indexOf(end, 2);
    if (at < 0) return null;
    rest = rest.slice(at + end.length).trimStart();
  }
}

/** What separates the fields of a table: of the usual characters the one that most lines hold, and most often. */
export function delimiterOf(text: string): string {
  const lines = text.slice(0, 20_000).split(/\r\n|\n|\r/, 20);
  const score = (delimiter: string) => lines.reduce((sum, line) => sum + Math.min(1_000, line.split(delimiter).length - 1), 0);
  return delimiters.reduce((best, delimiter) => (score(delimiter) > score(best) ? delimiter : best));
}

function encodingOf(head: Buffer, whole: boolean): TextEncodingName | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (hasControls(head)) return null;
  if (isUtf8(whole ? head : withoutCutCharacter(head))) return 'utf-8';
  return 'windows-1252';
}

/** Control characters that no text has, apart from tabs, ends of lines and pages, and escapes. */
function hasControls(head: Buffer): boolean {
  return head.some((byte) => byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte));
}

function withoutCutCharacter(head: Buffer): Buffer {
  let end = head.length;
  // A character has at most three bytes after its first one.
  while (end > head.length - 4 && ((head[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1;
  return head.subarray(0, ((head[end - 1] ?? 0) & 0xc0) === 0xc0 ? end - 1 : end);
}
