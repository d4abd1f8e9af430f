import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDocumentStore } from './document-store-conformance.ts';
import { createS3Store, type S3StoreOptions } from './s3-store.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const region = 'eu-central-1';

let server: Awaited<ReturnType<typeof startFauxqs>>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-s3-'));
  server = await startFauxqs({ port: 0, logger: false, init: { buckets: ['documents'] } });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const here = (options: Partial<S3StoreOptions> = {}) =>
  createS3Store({ bucket: 'documents', region, endpoint: `http://127.0.0.1:${server.port}`, credentials, ...options });

describeDocumentStore('a bucket', async () => here({ prefix: 'documents/' }));

async function document(text: string): Promise<{ file: string; key: string }> {
  const file = join(folder, 'source');
  await writeFile(file, text);
  return { file, key: createHash('sha256').update(text).digest('hex') };
}

describe('a bucket', () => {
  it('holds the spaces of several prefixes apart', async () => {
    const { file, key } = await document('here');
    const [one, two] = [here({ prefix: 'one/' }), here({ prefix: 'two/' })];
    await one.put('acme', key, file);
    expect(await one.stat('acme', key)).toMatchObject({ bytes: 4 });
    expect(await two.stat('acme', key)).toBeNull();
    await Promise.all([one.close(), two.close()]);
  });

  it('that is not there is a failure that names it, and no missing document', async () => {
    const { file, key } = await document('nowhere');
    const store = here({ bucket: 'lost' });
    const lost = { code: 'WORKERS_DOCUMENT_STORE_UNAVAILABLE', message: expect.stringContaining('bucket lost') };
    await expect(store.put('acme', key, file)).rejects.toMatchObject(lost);
    await expect(store.get('acme', key)).rejects.toMatchObject(lost);
    await store.close();
  });

  it('whose server is away or says nothing is a failure that may pass', async () => {
    const { file, key } = await document('unreachable');
    const away = here({ endpoint: 'http://127.0.0.1:1' });
    await expect(away.put('acme', key, file)).rejects.toMatchObject({ retryable: true });
    await away.close();

    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const mute = here({ endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, silenceMs: 100 });
    await expect(mute.stat('acme', key)).rejects.toMatchObject({ code: 'WORKERS_DOCUMENT_STORE_UNAVAILABLE', retryable: true });
    await mute.close();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });
});
