import type { DocumentStore } from './document-store.ts';
import { createFolderStore } from './folder-store.ts';
import { createS3Store, type S3StoreOptions } from './s3-store.ts';

/** Which store documents go to: plain data, so that it crosses the border of a thread. */
export type DocumentStoreSettings = { readonly kind: 'folder'; readonly path: string } | ({ readonly kind: 's3' } & S3StoreOptions);

export function openDocumentStore(settings: DocumentStoreSettings): DocumentStore {
  return settings.kind === 'folder' ? createFolderStore(settings) : createS3Store(settings);
}
