import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { EtisError } from '@etis/kernel';
import { errors } from '../errors.ts';
import { type CheckedKey, checkKey } from './document-key.ts';
import type { DocumentStore } from './document-store.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** In front of every name, such as `documents/`; empty by default. */
  readonly prefix?: string;
  /** Another server that speaks S3; names its buckets in the path. AWS by default. */
  readonly endpoint?: string;
  /** By default what the SDK finds by itself: the role of the machine, or the files of its user. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  /** Bound for a connection that says nothing, in milliseconds; default 30,000. */
  readonly silenceMs?: number;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/**
 * Documents in a bucket, as `<prefix><tenant>/<key>`. The server checks the digest of what arrives, so that a put is whole or not at all. The SDK
 * is loaded at the first use, because loading it takes longer than everything else a worker loads.
 */
export function createS3Store(options: S3StoreOptions): DocumentStore {
  let opened: Promise<{ sdk: Sdk; client: S3Client }> | undefined;

  function open(): Promise<{ sdk: Sdk; client: S3Client }> {
    opened ??= import('@aws-sdk/client-s3').then((sdk) => ({ sdk, client: new sdk.S3Client(clientConfig(options)) }));
    return opened;
  }

  function placeOf({ tenant, key }: CheckedKey): { Bucket: string; Key: string } {
    return { Bucket: options.bucket, Key: `${options.prefix ?? ''}${tenant}/${key}` };
  }

  function failed(cause: unknown, signal?: AbortSignal): unknown {
    if (signal?.aborted) return signal.reason;
    if (cause instanceof EtisError) return cause;
    return errors.DOCUMENT_STORE_UNAVAILABLE.because({ cause }, `in the bucket ${options.bucket}`);
  }

  async function statOf(checked: CheckedKey) {
    const { sdk, client } = await open();
    const found = await client.send(new sdk.HeadObjectCommand(placeOf(checked))).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw failed(error);
    });
    if (found === null) return null;
    return { bytes: found.ContentLength ?? 0, storedAt: (found.LastModified ?? new Date(0)).toISOString() };
  }

  return {
    async put(tenant, key, file, { mimeType = 'application/octet-stream', signal } = {}) {
      const checked = checkKey(tenant, key);
      try {
        const { bytes, digest } = await measure(file, signal);
        if (checked.content !== null && digest.toString('hex') !== checked.content) throw errors.DOCUMENT_CHANGED();
        const { sdk, client } = await open();
        const command = new sdk.PutObjectCommand({
          ...placeOf(checked),
          Body: createReadStream(file),
          ContentLength: bytes,
          ContentType: mimeType,
          ChecksumSHA256: digest.toString('base64'),
        });
        await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      } catch (error) {
        throw failed(error, signal);
      }
    },
    async get(tenant, key, { signal } = {}) {
      const checked = checkKey(tenant, key);
      const { sdk, client } = await open();
      const command = new sdk.GetObjectCommand(placeOf(checked));
      const found = await client.send(command, signal === undefined ? {} : { abortSignal: signal }).catch((error: unknown) => {
        if (isMissing(error)) throw errors.DOCUMENT_UNKNOWN();
        throw failed(error, signal);
      });
      if (!(found.Body instanceof Readable)) throw failed(new TypeError('the answer has no stream'));
      return found.Body;
    },
    async delete(tenant, key) {
      const checked = checkKey(tenant, key);
      if ((await statOf(checked)) === null) return false;
      const { sdk, client } = await open();
      await client.send(new sdk.DeleteObjectCommand(placeOf(checked))).catch((error: unknown) => {
        throw failed(error);
      });
      return true;
    },
    stat: async (tenant, key) => statOf(checkKey(tenant, key)),
    async close() {
      (await opened)?.client.destroy();
    },
  };
}

function clientConfig({ region, endpoint, credentials, silenceMs = 30_000 }: S3StoreOptions) {
  return {
    region,
    maxAttempts: 3,
    // What goes wrong is thrown; by default the SDK writes it to the console as well.
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    requestHandler: { connectionTimeout: 5_000, requestTimeout: silenceMs, throwOnRequestTimeout: true, socketTimeout: silenceMs },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function ignore(): void {}

async function measure(file: string, signal: AbortSignal | undefined): Promise<{ bytes: number; digest: Buffer }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return { bytes: (await stat(file)).size, digest: hash.digest() };
}

function isMissing(error: unknown): boolean {
  const { name } = error as { name?: string };
  return name === 'NoSuchKey' || name === 'NotFound';
}
