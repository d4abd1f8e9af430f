export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** What the bytes of a file are. */
export interface SniffedType {
  readonly mimeType: string;
  /** How its characters are written; null where it is no text. */
  readonly encoding: TextEncodingName | null;
  /** Why it cannot be read further, as the end of a sentence; null where nothing stands against it. */
  readonly obstacle: string | null;
}
