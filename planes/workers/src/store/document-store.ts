import type { Readable } from 'node:stream';
import type { TenantId } from '@etis/contracts/tenancy';

/** Where documents lie, a space of its own for each tenant. A key is what `documentKey` makes; nothing that a sender wrote is ever part of one. */
export interface DocumentStore {
  /**
   * Stores the bytes of a file, durably and whole or not at all; what was under the key is replaced. A key without suffix names its content: the
   * bytes must have that digest.
   * @throws DOCUMENT_KEY_INVALID, DOCUMENT_CHANGED (the bytes are others), DOCUMENT_STORE_UNAVAILABLE
   */
  put(tenant: TenantId, key: string, file: string, options?: DocumentPutOptions): Promise<void>;
  /** The bytes; the stream may fail midway. @throws DOCUMENT_UNKNOWN, DOCUMENT_KEY_INVALID, DOCUMENT_STORE_UNAVAILABLE */
  get(tenant: TenantId, key: string, options?: { readonly signal?: AbortSignal }): Promise<Readable>;
  /** Resolves to false where there was nothing to delete. @throws DOCUMENT_KEY_INVALID, DOCUMENT_STORE_UNAVAILABLE */
  delete(tenant: TenantId, key: string): Promise<boolean>;
  /** Null where there is nothing under the key. @throws DOCUMENT_KEY_INVALID, DOCUMENT_STORE_UNAVAILABLE */
  stat(tenant: TenantId, key: string): Promise<DocumentStat | null>;
  /** Ends connections; nothing may be asked afterwards. */
  close(): Promise<void>;
}

interface DocumentPutOptions {
  /** For drivers that can tell others; by default `application/octet-stream`. */
  readonly mimeType?: string;
  /** Aborting leaves nothing behind under the key. */
  readonly signal?: AbortSignal;
}

export interface DocumentStat {
  readonly bytes: number;
  /** RFC 3339 in UTC. */
  readonly storedAt: string;
}
