import { closeSync, openSync, writeSync } from 'node:fs';

const excerptChars = 2_000;

/** The text of a document on its way into a file, bounded. Written at once, since the process is there for this alone. */
export interface TextFile {
  /** Returns false when there is no room for more. */
  append(text: string): boolean;
  close(): { readonly chars: number; readonly excerpt: string; readonly full: boolean };
}

export function createTextFile(path: string, maxChars: number): TextFile {
  const file = openSync(path, 'wx', 0o600);
  let chars = 0;
  let excerpt = '';
  let full = false;
  return {
    append(text) {
      const clean = storable(text);
      const fitting = chars + clean.length > maxChars ? whole(clean.slice(0, maxChars - chars)) : clean;
      full ||= fitting.length < clean.length;
      chars += fitting.length;
      if (excerpt.length < excerptChars) excerpt = whole((excerpt + fitting).slice(0, excerptChars));
      writeAll(file, Buffer.from(fitting));
      return !full;
    },
    close() {
      closeSync(file);
      return { chars, excerpt, full };
    },
  };
}

/** Text that every store and every reader takes: no half characters, and no NUL, which PostgreSQL cannot keep. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed();
}

/** Without the first half of a character that was cut in two at the end. */
function whole(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
