import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMasterKey } from '../index.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-master-key-'));
  file = join(folder, 'master.key');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));

describe('a master key from a setting', () => {
  it.each([
    ['hexadecimal', key.toString('hex')],
    ['upper-case hexadecimal', key.toString('hex').toUpperCase()],
    ['base64', key.toString('base64')],
    ['base64url', key.toString('base64url')],
    ['with space around it', `  ${key.toString('base64')}\n`],
  ])('is read as %s, and no file is made', async (_form, fromEnv) => {
    expect(await loadMasterKey({ file, fromEnv })).toEqual(key);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    '',
    'secret',
    key.toString('hex').slice(1),
    `${key.toString('base64')}AAAA`,
    key.subarray(1).toString('base64'),
    'é'.repeat(43),
  ])('is refused as %j', async (fromEnv) => {
    await expect(loadMasterKey({ file, fromEnv })).rejects.toMatchObject({
      code: 'AGENT_MASTER_KEY_INVALID',
      kind: 'setup',
      message: expect.stringContaining('ETIS_MASTER_KEY'),
    });
  });

  it('never stands in the error', async () => {
    const fromEnv = `${key.toString('hex')}0`;
    await expect(loadMasterKey({ file, fromEnv })).rejects.toMatchObject({ message: expect.not.stringContaining(fromEnv.slice(0, 16)) });
  });
});

describe('a master key in a file', () => {
  it('is created with mode 0600, and is the same from then on', async () => {
    const created = await loadMasterKey({ file, fromEnv: null });
    expect(created).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['master.key']);
    expect(await loadMasterKey({ file })).toEqual(created);
  });

  it('is one key where many start at once', async () => {
    const loaded = await Promise.all(Array.from({ length: 20 }, () => loadMasterKey({ file })));
    expect(new Set(loaded.map((each) => each.toString('hex'))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['master.key']);
  });

  it.each([0o640, 0o604, 0o620, 0o660, 0o777, 0o601])('is refused with the mode %o, and stays as it is', async (mode) => {
    await writeFile(file, key.toString('base64'));
    await chmod(file, mode);
    await expect(loadMasterKey({ file })).rejects.toMatchObject({ code: 'AGENT_MASTER_KEY_EXPOSED', kind: 'setup' });
    expect(await readFile(file, 'utf8')).toBe(key.toString('base64'));
  });

  it.each([
    ['empty', ''],
    ['short', key.subarray(1).toString('base64')],
    ['not text', '\u0000'.repeat(44)],
    ['far too long', 'A'.repeat(100_000)],
  ])('is refused where it is %s, and is never replaced', async (_case, content) => {
    await writeFile(file, content, { mode: 0o600 });
    await expect(loadMasterKey({ file })).rejects.toMatchObject({
      code: 'AGENT_MASTER_KEY_INVALID',
      message: expect.stringContaining(file),
    });
    expect(await readFile(file, 'utf8')).toBe(content);
  });

  it('says so where the folder is missing or the name is a folder', async () => {
    await expect(loadMasterKey({ file: join(folder, 'missing', 'master.key') })).rejects.toMatchObject({
      code: 'AGENT_MASTER_KEY_UNREADABLE',
    });
    await mkdir(file, { mode: 0o700 });
    await expect(loadMasterKey({ file })).rejects.toMatchObject({ code: 'AGENT_MASTER_KEY_UNREADABLE', kind: 'setup' });
  });
});
