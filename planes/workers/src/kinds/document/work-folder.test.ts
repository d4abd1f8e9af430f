import { access, mkdir, mkdtemp, readdir, realpath, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withWorkFolder } from './work-folder.ts';

describe('a work folder', () => {
  it('is a real path that nobody else can read, and empty', async () => {
    await withWorkFolder(undefined, async (folder) => {
      expect(await realpath(folder)).toBe(folder);
      expect(folder.startsWith(await realpath(tmpdir()))).toBe(true);
      for (const path of [folder, dirname(folder)]) expect((await stat(path)).mode & 0o777).toBe(0o700);
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('is gone afterwards with everything in it, whether the work succeeds or fails', async () => {
    let path = '';
    const work = async (folder: string) => {
      path = folder;
      await mkdir(join(folder, 'deep'));
      await writeFile(join(folder, 'deep', 'file'), 'x');
      return 'done';
    };
    expect(await withWorkFolder(undefined, work)).toBe('done');
    await expect(access(path)).rejects.toThrow();
    const failure = new Error('no');
    const failing = async (folder: string) => {
      await work(folder);
      throw failure;
    };
    await expect(withWorkFolder(undefined, failing)).rejects.toBe(failure);
    await expect(access(path)).rejects.toThrow();
  });

  it('may lie elsewhere, in a folder of this user alone', async () => {
    const parent = await realpath(await mkdtemp(join(tmpdir(), 'etis-work-')));
    try {
      await withWorkFolder(join(parent, 'a', 'b'), async (folder) => expect(dirname(folder)).toBe(join(parent, 'a', 'b')));
      await symlink(tmpdir(), join(parent, 'link'));
      await writeFile(join(parent, 'file'), 'x');
      await expect(withWorkFolder(join(parent, 'link'), async () => {})).rejects.toThrow('is no folder of this user');
      await expect(withWorkFolder(join(parent, 'file'), async () => {})).rejects.toThrow();
    } finally {
      await rm(parent, { recursive: true });
    }
  });

  it('of a process that died goes with the next one, and that of a running one stays', async () => {
    await withWorkFolder(undefined, async (running) => {
      const dead = join(dirname(running), 'job-dead');
      await mkdir(dead, { recursive: true });
      await writeFile(join(dead, 'file'), 'x');
      await utimes(dead, new Date(), new Date(Date.now() - 2 * 3_600_000));
      await withWorkFolder(undefined, async () => {
        await expect(access(dead)).rejects.toThrow();
        await access(running);
      });
    });
  });
});
