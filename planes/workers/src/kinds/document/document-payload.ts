import { type Static, Type } from 'typebox';

export const documentPayload = Type.Object(
  {
    source: Type.Union([
      Type.Object({ url: Type.String({ minLength: 1, maxLength: 4_096 }) }, { additionalProperties: false }),
      Type.Object({ stored: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, { additionalProperties: false }),
    ]),
    /** As its sender calls it: shown, and compared with what the bytes are; never a path. */
    name: Type.String({ minLength: 1, maxLength: 500 }),
    mimeType: Type.Optional(Type.String({ maxLength: 200 })),
    actions: Type.Array(Type.Enum(['store', 'checksum', 'text', 'metadata']), { minItems: 1, maxItems: 4 }),
  },
  { additionalProperties: false },
);

/** What is to be done with which document. The digest is always taken, so `checksum` alone means: read it and keep nothing. */
export type DocumentPayload = Static<typeof documentPayload>;

/** What a document job's result says. */
export interface DocumentResult {
  readonly bytes: number;
  /** Of the bytes as they are, in lower-case hexadecimal. */
  readonly sha256: string;
  /** What the bytes are, whatever the sender or the name says. */
  readonly mimeType: string;
  /** The key in the document store; null where it was not to be stored. */
  readonly stored: string | null;
  /** Null where no text was asked for or none could be read. */
  readonly text: DocumentText | null;
  /** Null where none was asked for; empty where none could be read. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** Sentences for people: what could not be read and why, what is not as it was said to be. */
  readonly warnings: readonly string[];
}

export interface DocumentText {
  /** UTF-16 code units of the whole text. */
  readonly chars: number;
  /** The first 2,000 of them at most. */
  readonly excerpt: string;
  /** The key of the whole text, UTF-8; null where it is empty. */
  readonly stored: string | null;
}
