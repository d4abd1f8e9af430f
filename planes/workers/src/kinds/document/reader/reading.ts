import type { TextEncodingName } from '../sniffed-type.ts';
import type { TextFile } from './text-file.ts';

/** What the reading process is asked, as JSON in its argument. */
export interface ReadingRequest {
  readonly file: string;
  readonly mimeType: string;
  readonly encoding: TextEncodingName | null;
  /** Where it may write, and nowhere else: `started`, `text.txt`, `reading.json`. */
  readonly out: string;
  readonly text: boolean;
  readonly metadata: boolean;
  readonly maxUnpackedBytes: number;
  readonly maxTextChars: number;
}

/** What it answers, as JSON in its file. A bomb is a file that is made, or happens to be such, that reading it takes more than it may. */
export type ReadingAnswer =
  | {
      readonly kind: 'read';
      /** UTF-16 code units in `text.txt`. */
      readonly chars: number;
      readonly excerpt: string;
      readonly metadata: Readonly<Record<string, unknown>>;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'bomb'; readonly reason: string };

/** What a reader has: it writes text as it comes, and so keeps what it had read when it fails. */
interface ReaderInput {
  readonly request: ReadingRequest;
  readonly text: TextFile;
  /** Adds to the metadata. */
  describe(facts: Readonly<Record<string, unknown>>): void;
  warn(sentence: string): void;
}

/** One format, or some that are read alike. */
export type Reader = (input: ReaderInput) => Promise<void>;

/** The file cannot be read any further, and why, as a sentence for people; what was read so far counts. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Reading it takes more than it may; as the end of a sentence. */
export class Bomb extends Error {
  override readonly name = 'Bomb';
}
