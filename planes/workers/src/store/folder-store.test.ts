import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDocumentStore } from './document-store-conformance.ts';
import { createFolderStore } from './folder-store.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-folder-'));
});
afterAll(() => rm(folder, { recursive: true }));

describeDocumentStore('a folder', async () => createFolderStore({ path: join(folder, 'conformance') }));

async function put(path: string, text: string, tenant = 'acme'): Promise<string> {
  const file = join(folder, 'source');
  await writeFile(file, text);
  const key = createHash('sha256').update(text).digest('hex');
  await createFolderStore({ path }).put(tenant, key, file);
  return key;
}

describe('the folder of a store', () => {
  it('belongs to its user alone, however lax the process is', async () => {
    const path = join(folder, 'modes', 'deep');
    const before = process.umask(0);
    try {
      const key = await put(path, 'a secret');
      const mode = async (...names: string[]) => ((await stat(join(path, ...names))).mode & 0o777).toString(8);
      expect(await mode('acme', key.slice(0, 2), key)).toBe('600');
      expect([await mode(), await mode('acme'), await mode('acme', key.slice(0, 2)), await mode('.incoming')]).toEqual(
        Array(4).fill('700'),
      );
    } finally {
      process.umask(before);
    }
  });

  it('holds nothing half written', async () => {
    const path = join(folder, 'staging');
    await put(path, 'whole');
    expect(await readdir(join(path, '.incoming'))).toEqual([]);
    const key = createHash('sha256').update('other').digest('hex');
    await expect(createFolderStore({ path }).put('acme', key, join(folder, 'source'))).rejects.toMatchObject({
      code: 'WORKERS_DOCUMENT_CHANGED',
    });
    expect(await readdir(join(path, '.incoming'))).toEqual([]);
  });

  it('is freed of what a dead process left, and of nothing that is being written', async () => {
    const path = join(folder, 'left');
    await put(path, 'one');
    const [old, young] = [join(path, '.incoming', 'old'), join(path, '.incoming', 'young')];
    await Promise.all([writeFile(old, 'x'), writeFile(young, 'x')]);
    await utimes(old, new Date(), new Date(Date.now() - 25 * 3_600_000));
    await put(path, 'two');
    expect(await readdir(join(path, '.incoming'))).toEqual(['young']);
  });

  it('gives no bytes through a link that somebody put there', async () => {
    const path = join(folder, 'link');
    const key = await put(path, 'real');
    const other = createHash('sha256').update('linked').digest('hex');
    await mkdir(join(path, 'acme', other.slice(0, 2)), { recursive: true });
    await symlink(join(path, 'acme', key.slice(0, 2), key), join(path, 'acme', other.slice(0, 2), other));
    await expect(createFolderStore({ path }).get('acme', other)).rejects.toMatchObject({ code: 'WORKERS_DOCUMENT_STORE_UNAVAILABLE' });
  });

  it('heals a document whose bytes were damaged when it is stored again', async () => {
    const path = join(folder, 'damaged');
    const key = await put(path, 'sound');
    const stored = join(path, 'acme', key.slice(0, 2), key);
    await writeFile(stored, 'smash');
    await put(path, 'sound');
    expect(await readFile(stored, 'utf8')).toBe('sound');
  });

  it.skipIf(process.getuid?.() === 0)('that cannot be written is a failure that may pass', async () => {
    const path = join(folder, 'closed');
    await mkdir(path);
    await chmod(path, 0o500);
    await expect(put(path, 'x')).rejects.toMatchObject({ code: 'WORKERS_DOCUMENT_STORE_UNAVAILABLE', retryable: true });
  });

  it('that is a file is a failure with a sentence', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'x');
    await expect(put(path, 'x')).rejects.toMatchObject({ code: 'WORKERS_DOCUMENT_STORE_UNAVAILABLE' });
  });
});
