import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@etis/contracts/log';
import type { TenantId } from '@etis/contracts/tenancy';
import { EtisError } from '@etis/kernel';
import { defineJobKind, TerminalFailure } from '../../runtime/job-kind.ts';
import { documentKey } from '../../store/document-key.ts';
import type { DocumentStore } from '../../store/document-store.ts';
import { openDocumentStore } from '../../store/open-store.ts';
import { type DocumentPayload, type DocumentResult, documentPayload } from './document-payload.ts';
import { type DocumentLimits, type DocumentSettings, defaultDocumentLimits } from './document-settings.ts';
import { fetchDocument } from './fetch-document.ts';
import { type DigestedFile, pourIntoFile } from './file-sink.ts';
import { mismatches, saysTable } from './mismatch.ts';
import { type Reading, readDocument } from './reader/read-document.ts';
import { isReadable } from './reader/readers.ts';
import { sniffType } from './sniff-type.ts';
import type { SniffedType } from './sniffed-type.ts';
import { withWorkFolder } from './work-folder.ts';

/** Takes a document from an address or the store, and stores it, takes its digest, and reads its text and metadata, as asked. Safe to repeat. */
export const jobKind = defineJobKind({
  kind: 'document',
  schema: documentPayload,
  timeLimitMs: 600_000,
  memoryMb: 128,
  needs: 'documents',
  async run(payload, { job, settings, signal, progress, log }): Promise<DocumentResult> {
    const documents: DocumentSettings | null = settings.documents;
    if (documents === null)
      throw new TerminalFailure('No place for documents is configured here, so nothing was done; configure one and ask again.');
    const store = openDocumentStore(documents.store);
    const limits = { ...defaultDocumentLimits, ...documents.limits };
    const allowPrivate = documents.allowPrivate ?? [];
    try {
      return await withWorkFolder(documents.workPath, (folder) =>
        handle(payload, { tenant: job.tenant, store, limits, allowPrivate, folder, signal, progress, log }),
      );
    } catch (error) {
      // Whatever broke off because the job was called off says so in words of its own.
      throw signal.aborted ? signal.reason : error;
    } finally {
      await store.close();
    }
  },
});

interface Surroundings {
  readonly tenant: TenantId;
  readonly store: DocumentStore;
  readonly limits: DocumentLimits;
  readonly allowPrivate: readonly string[];
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  progress(done: number, note: string): Promise<void>;
}

async function handle(payload: DocumentPayload, at: Surroundings): Promise<DocumentResult> {
  const { tenant, store, signal, progress } = at;
  const asked = new Set(payload.actions);
  const file = await obtain(payload.source, at);
  await progress(0.4, 'fetched');
  const type = await sniff(file, payload);

  const key = documentKey(file.sha256);
  if (asked.has('store') && 'url' in payload.source) {
    await store.put(tenant, key, file.path, { mimeType: type.mimeType, signal });
    await progress(0.6, 'stored');
  }

  const reading = asked.has('text') || asked.has('metadata') ? await readIfPossible(file, type, { asked, at }) : nothingRead;
  const textKey = reading.chars > 0 ? documentKey(file.sha256, 'txt') : null;
  if (textKey !== null) await store.put(tenant, textKey, reading.textFile, { mimeType: 'text/plain; charset=utf-8', signal });

  return {
    bytes: file.bytes,
    sha256: file.sha256,
    mimeType: type.mimeType,
    stored: asked.has('store') ? key : null,
    text: asked.has('text') && reading.hasText ? { chars: reading.chars, excerpt: reading.excerpt, stored: textKey } : null,
    metadata: asked.has('metadata') ? reading.metadata : null,
    warnings: [...mismatches(payload, type.mimeType), ...reading.warnings],
  };
}

async function obtain(source: DocumentPayload['source'], at: Surroundings): Promise<DigestedFile> {
  const { tenant, store, folder, limits, allowPrivate, signal } = at;
  if ('url' in source) return fetchDocument({ url: source.url, folder, limits, allowPrivate, signal });
  const bytes = await store.get(tenant, source.stored, { signal }).catch((error: unknown) => {
    if (error instanceof EtisError && !error.retryable) throw new TerminalFailure(error.message, { cause: error });
    throw error;
  });
  const file = await pourIntoFile(bytes, join(folder, 'received'), limits.maxBytes);
  if (file.sha256 !== source.stored) throw new TerminalFailure('The stored document is damaged: its bytes are not those that were stored.');
  return file;
}

async function sniff(file: DigestedFile, payload: DocumentPayload): Promise<SniffedType> {
  const handle = await open(file.path, 'r');
  try {
    return await sniffType(handle, { table: saysTable(payload) });
  } finally {
    await handle.close();
  }
}

type Outcome = Reading & { readonly hasText: boolean };

const nothingRead: Outcome = { chars: 0, excerpt: '', textFile: '', metadata: {}, warnings: [], hasText: false };

async function readIfPossible(
  file: DigestedFile,
  type: SniffedType,
  { asked, at }: { readonly asked: ReadonlySet<string>; readonly at: Surroundings },
): Promise<Outcome> {
  if (type.obstacle !== null) return { ...nothingRead, warnings: [`No text and no metadata were read, because ${type.obstacle}.`] };
  if (!isReadable(type.mimeType)) {
    return { ...nothingRead, warnings: [`No text and no metadata were read, because ${type.mimeType} is not a type that is read here.`] };
  }
  const reading = await readDocument({
    file: file.path,
    type,
    folder: at.folder,
    text: asked.has('text'),
    metadata: asked.has('metadata'),
    limits: at.limits,
    log: at.log,
    signal: at.signal,
  });
  await at.progress(0.9, 'read');
  return { ...reading, hasText: asked.has('text') && reading.chars > 0 };
}
