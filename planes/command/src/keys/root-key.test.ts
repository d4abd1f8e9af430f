import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRootKey, readRootKey } from './root-key.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-root-'));
  file = join(folder, 'keys', 'root-key.pem');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the root key', () => {
  it('is made once, however many make it at the same time, and is its owner’s alone', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => createRootKey(file)));
    expect(new Set(made.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect((await createRootKey(file)).publicKey).toBe(made[0]?.publicKey);
    expect((await readRootKey(file))?.publicKey).toBe(made[0]?.publicKey);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'keys')), 'no draft is left').toEqual(['root-key.pem']);
    expect(await readFile(file, 'utf8')).toContain('Move it offline');
  });

  it('is not there once it was moved offline', async () => {
    expect(await readRootKey(file)).toBeNull();
  });

  it.each([0o640, 0o604, 0o660])('is refused where others may have read it: mode %o', async (mode) => {
    await createRootKey(file);
    await chmod(file, mode);
    await expect(readRootKey(file)).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_EXPOSED' });
    await expect(createRootKey(file)).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_EXPOSED' });
  });

  it.each([
    ['nothing', ''],
    ['no key', 'hello'],
    ['far too much', 'x'.repeat(10_001)],
  ])('is refused where the file holds %s', async (_, text) => {
    file = join(folder, 'root-key.pem');
    await writeFile(file, text, { mode: 0o600 });
    await expect(readRootKey(file)).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_UNREADABLE' });
    expect(await readFile(file, 'utf8'), 'it is not overwritten').toBe(text);
  });

  it('says where it cannot be made', async () => {
    await writeFile(join(folder, 'keys'), 'a file where a folder should be');
    await expect(createRootKey(file)).rejects.toMatchObject({ code: 'COMMAND_ROOT_KEY_UNREADABLE' });
  });
});
