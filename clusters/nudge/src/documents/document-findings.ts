import { members, textOf } from '../event-members.ts';

/** What a document's job found. */
export interface DocumentFindings {
  readonly bytes: number | null;
  /** Lower-case hexadecimal. */
  readonly sha256: string | null;
  /** What the bytes are, whatever they were said to be. */
  readonly mimeType: string | null;
  /** The key in the document store; null where it was not stored. */
  readonly stored: string | null;
  /** Null where no text was asked for or none was found. `stored` is the key of the whole text. */
  readonly text: { readonly chars: number | null; readonly excerpt: string; readonly stored: string | null } | null;
  readonly metadata: unknown;
  /** Sentences for people. */
  readonly warnings: readonly string[];
}

const maxMetadata = 32_000;

/** Takes what is known of a job's result, within bounds; what is not as it should be is left out. */
export function documentFindings(result: unknown): DocumentFindings {
  const { bytes, sha256, mimeType, stored, text, metadata, warnings } = members(result);
  const { chars, excerpt, stored: textStored } = members(text);
  const tooLarge = (JSON.stringify(metadata ?? null)?.length ?? 0) > maxMetadata;
  const sentences = Array.isArray(warnings) ? warnings.slice(0, 50).flatMap((warning) => textOf(warning, 1_000) ?? []) : [];
  return {
    bytes: count(bytes),
    sha256: textOf(sha256, 64),
    mimeType: textOf(mimeType, 200),
    stored: textOf(stored, 500),
    text:
      text === null || text === undefined ? null : { chars: count(chars), excerpt: excerptOf(excerpt), stored: textOf(textStored, 500) },
    metadata: tooLarge ? null : (metadata ?? null),
    warnings: tooLarge ? [...sentences, 'The metadata is too large to be shown here.'] : sentences,
  };
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function excerptOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 2_000).toWellFormed() : '';
}
