import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSnapshotFile, writeSnapshotFile } from './snapshot-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-snapshot-'));
});
afterEach(() => rm(folder, { recursive: true }));

const file = () => join(folder, 'governance', 'snapshot.json');

describe('the kept copy', () => {
  it('is not there before it was written', async () => {
    expect(await readSnapshotFile(file())).toBeNull();
  });

  it('comes back as it was written last, for its owner only, with nothing beside it', async () => {
    await writeSnapshotFile(file(), { body: '{"version":1}', dataKeys: '[]' });
    await writeSnapshotFile(file(), { body: '{"version":2}', dataKeys: '[1]' });
    expect(await readSnapshotFile(file())).toEqual({ body: '{"version":2}', dataKeys: '[1]' });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'governance'))).toEqual(['snapshot.json']);
  });

  it('is whole when many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => writeSnapshotFile(file(), { body: `${n}`.repeat(10_000), dataKeys: `${n}` })));
    const kept = await readSnapshotFile(file());
    expect(kept?.body).toBe(kept?.dataKeys.repeat(10_000));
    expect(await readdir(join(folder, 'governance'))).toEqual(['snapshot.json']);
  });

  it.skipIf(process.platform === 'win32')('is not believed where others could have written it', async () => {
    await writeSnapshotFile(file(), { body: '{}', dataKeys: '[]' });
    await chmod(file(), 0o660);
    await expect(readSnapshotFile(file())).rejects.toMatchObject({
      code: 'COMMAND_SNAPSHOT_EXPOSED',
      message: expect.stringContaining('660'),
    });
  });

  it.each(['', '{', '[]', '{"body":"x"}', '{"body":1,"dataKeys":"[]"}', '{"body":"x","dataKeys":"[]","more":1}'])(
    'that holds %j is refused',
    async (text) => {
      await writeSnapshotFile(file(), { body: '', dataKeys: '' });
      await writeFile(file(), text);
      await expect(readSnapshotFile(file())).rejects.toMatchObject({ code: 'COMMAND_SNAPSHOT_MALFORMED' });
    },
  );
});
