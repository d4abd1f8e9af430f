import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentKey } from './document-key.ts';
import type { DocumentStore } from './document-store.ts';

/** What every driver of the document store must do. `open` gives an empty store. */
export function describeDocumentStore(name: string, open: () => Promise<DocumentStore>): void {
  describe(`${name} as a document store`, () => {
    let store: DocumentStore;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'etis-store-'));
      store = await open();
    });
    afterAll(async () => {
      await store.close();
      await rm(folder, { recursive: true });
    });

    async function fileOf(bytes: Buffer): Promise<{ file: string; key: string }> {
      const file = join(folder, randomBytes(8).toString('hex'));
      await writeFile(file, bytes);
      return { file, key: documentKey(createHash('sha256').update(bytes).digest('hex')) };
    }
    const read = async (tenant: string, key: string) => buffer(await store.get(tenant, key));

    it.each([
      ['nothing', Buffer.alloc(0)],
      ['a few bytes', Buffer.from([0, 255, 10, 13])],
      ['several megabytes', randomBytes(6_000_000)],
    ])('gives back %s as they were', async (_, bytes) => {
      const { file, key } = await fileOf(bytes);
      await store.put('acme', key, file, { mimeType: 'application/pdf' });
      expect((await read('acme', key)).equals(bytes)).toBe(true);
      const stat = await store.stat('acme', key);
      expect(stat).toEqual({ bytes: bytes.length, storedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    });

    it('takes the same document again', async () => {
      const { file, key } = await fileOf(Buffer.from('twice'));
      await store.put('acme', key, file);
      await store.put('acme', key, file);
      expect((await read('acme', key)).toString()).toBe('twice');
    });

    it('replaces what was made of a document, whose bytes its key does not name', async () => {
      const { file } = await fileOf(Buffer.from('first'));
      const { file: second, key } = await fileOf(Buffer.from('second'));
      const text = documentKey(key, 'txt');
      await store.put('acme', text, file);
      await store.put('acme', text, second);
      expect((await read('acme', text)).toString()).toBe('second');
    });

    it('stores nothing under the name of other bytes', async () => {
      const { key } = await fileOf(Buffer.from('one thing'));
      const { file } = await fileOf(Buffer.from('another thing'));
      await expect(store.put('acme', key, file)).rejects.toMatchObject({ code: 'WORKERS_DOCUMENT_CHANGED', retryable: true });
      expect(await store.stat('acme', key)).toBeNull();
    });

    it("keeps a tenant's documents from every other tenant", async () => {
      const { file, key } = await fileOf(Buffer.from('of acme alone'));
      await store.put('acme', key, file);
      await expect(store.get('globex', key)).rejects.toMatchObject({ code: 'WORKERS_DOCUMENT_UNKNOWN', kind: 'not-found' });
      expect(await store.stat('globex', key)).toBeNull();
      expect(await store.delete('globex', key)).toBe(false);
      expect((await read('acme', key)).toString()).toBe('of acme alone');
    });

    it('deletes, once', async () => {
      const { file, key } = await fileOf(Buffer.from('soon gone'));
      await store.put('acme', key, file);
      expect(await store.delete('acme', key)).toBe(true);
      expect(await store.delete('acme', key)).toBe(false);
      expect(await store.stat('acme', key)).toBeNull();
      await expect(store.get('acme', key)).rejects.toMatchObject({ code: 'WORKERS_DOCUMENT_UNKNOWN' });
    });

    it('ends with the reason of the caller who gave up, and keeps nothing', async () => {
      const { file, key } = await fileOf(randomBytes(1_000_000));
      const reason = new Error('no longer wanted');
      await expect(store.put('acme', key, file, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(await store.stat('acme', key)).toBeNull();
    });

    it('says what is wrong when the file to store is not there', async () => {
      const { key } = await fileOf(Buffer.from('x'));
      const lost = store.put('acme', key, join(folder, 'lost'));
      await expect(lost).rejects.toMatchObject({ code: 'WORKERS_DOCUMENT_STORE_UNAVAILABLE', retryable: true });
      await expect(lost).rejects.toThrow(expect.objectContaining({ message: expect.not.stringContaining(folder) }));
    });

    it('refuses every key and tenant that could lead elsewhere, whatever is asked', async () => {
      const { file, key } = await fileOf(Buffer.from('kept'));
      const names = [
        '',
        '.',
        '..',
        '../x',
        '/etc/passwd',
        `../${key}`,
        `${key}/..`,
        `${key}\u0000`,
        `${key}\n`,
        `${key}.TXT`,
        'con',
        'a\\b',
      ];
      const hostile = fc.oneof(fc.constantFrom(...names), fc.string(), fc.string({ unit: 'binary' }));
      const refused = { code: 'WORKERS_DOCUMENT_KEY_INVALID', kind: 'invalid' };
      await fc.assert(
        fc.asyncProperty(hostile, async (text) => {
          await expect(store.put('acme', text, file)).rejects.toMatchObject(refused);
          await expect(store.get('acme', text)).rejects.toMatchObject(refused);
          await expect(store.delete('acme', text)).rejects.toMatchObject(refused);
          await expect(store.stat('acme', text)).rejects.toMatchObject(refused);
          if (/^[a-z]/.test(text)) return;
          await expect(store.put(text, key, file)).rejects.toMatchObject(refused);
          await expect(store.get(text, key)).rejects.toMatchObject(refused);
        }),
        { numRuns: 60 },
      );
    });
  });
}
