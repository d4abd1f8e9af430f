import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { createOutboundClient, type OutboundResponse } from '@etis/agent/outbound';
import { EtisError } from '@etis/kernel';
import { TerminalFailure } from '../../runtime/job-kind.ts';
import type { DocumentLimits } from './document-settings.ts';
import { failureOf } from './fetch-failure.ts';
import { type DigestedFile, openFileSink, pourIntoFile } from './file-sink.ts';

const decoders: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Fetches a document into a file in the folder, from public addresses and those that are allowed only.
 * @throws TerminalFailure where asking again makes no sense, RetryAfter where the server wants to be left alone for a while, other errors that may pass
 */
export async function fetchDocument(request: {
  readonly url: string;
  readonly folder: string;
  readonly limits: DocumentLimits;
  readonly allowPrivate: readonly string[];
  readonly signal: AbortSignal;
}): Promise<DigestedFile> {
  const { url, folder, limits, allowPrivate, signal } = request;
  const client = createOutboundClient({ allowPrivate, timeoutMs: limits.fetchMs, maxResponseBytes: limits.maxBytes });
  const sink = await openFileSink(join(folder, 'received'), limits.maxBytes);
  let diskFailure: unknown;
  try {
    const response = await client.request(url, {
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'etis-documents' },
      followRedirects: 3,
      signal,
      sink: (chunk) =>
        sink.write(chunk).catch((error: unknown) => {
          diskFailure = error;
          throw error;
        }),
    });
    const failure = failureOf(response, Date.now());
    if (failure !== null) throw failure;
    return await decoded(await sink.close(), response, request);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (diskFailure !== undefined) throw diskFailure;
    if (error instanceof EtisError && !error.retryable) throw new TerminalFailure(`It was not fetched. ${error.message}`, { cause: error });
    throw error;
  } finally {
    await Promise.all([sink.close(), client.close()]);
  }
}

/** Some servers compress whatever they are asked for; the document is what was in there. */
async function decoded(
  received: DigestedFile,
  { headers }: OutboundResponse,
  { folder, limits, signal }: { readonly folder: string; readonly limits: DocumentLimits; readonly signal: AbortSignal },
): Promise<DigestedFile> {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return received;
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined;
  if (decoder === undefined)
    throw new TerminalFailure(`The server sent it in the encoding ${encoding.slice(0, 40)}, which nobody asked for.`);
  const packed = createReadStream(received.path, { signal });
  packed.on('error', (error) => decoder.destroy(error));
  try {
    return await pourIntoFile(packed.pipe(decoder) as AsyncIterable<Buffer>, join(folder, 'decoded'), limits.maxBytes);
  } catch (cause) {
    if (cause !== decoder.errored || cause === packed.errored) throw cause;
    throw new TerminalFailure('The server said that it had compressed the document, but it cannot be unpacked.', { cause });
  } finally {
    packed.destroy();
    decoder.destroy();
  }
}
