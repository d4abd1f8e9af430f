import type { DocumentStoreSettings } from '../../store/open-store.ts';

/** How document jobs work here; plain data. */
export interface DocumentSettings {
  readonly store: DocumentStoreSettings;
  /** Local addresses that documents may be fetched from all the same, as the outbound client takes them; none by default. */
  readonly allowPrivate?: readonly string[];
  /** A folder of this user's for documents that are being worked on; by default one among the system's temporary files. Emptied of what is old. */
  readonly workPath?: string;
  readonly limits?: Partial<DocumentLimits>;
}

export interface DocumentLimits {
  /** Of one document; default 100,000,000. */
  readonly maxBytes: number;
  /** For fetching one document with all its redirects, in milliseconds; default 120,000. */
  readonly fetchMs: number;
  /** For reading text and metadata, in milliseconds; default 60,000. */
  readonly readMs: number;
  /** What the reader may keep on its heap, in megabytes; default 384. What it may have beside the heap follows from it. */
  readonly readMemoryMb: number;
  /** What the parts of a compressed document may come to, in bytes; default 268,435,456. */
  readonly maxUnpackedBytes: number;
  /** Text beyond this is left out, in UTF-16 code units; default 20,000,000. */
  readonly maxTextChars: number;
}

export const defaultDocumentLimits: DocumentLimits = {
  maxBytes: 100_000_000,
  fetchMs: 120_000,
  readMs: 60_000,
  readMemoryMb: 384,
  maxUnpackedBytes: 268_435_456,
  maxTextChars: 20_000_000,
};
