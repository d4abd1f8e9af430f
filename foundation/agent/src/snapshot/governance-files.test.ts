import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@etis/contracts/log';
import { silentLog } from '@etis/kernel';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGovernanceFiles } from './governance-files.ts';

let folder: string;
let said: object[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-governance-'));
  said = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const log: Log = { ...silentLog, error: (fields: object) => void said.push(fields) };
const files = () => createGovernanceFiles({ folder: join(folder, 'kept'), log });
const at = (name: string) => join(folder, 'kept', name);
async function kept(): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const text of files().candidates()) texts.push(text);
  return texts;
}

describe('what governs', () => {
  it('is kept in two generations, the newest first, for its owner alone', async () => {
    expect(await kept()).toEqual([]);
    for (const text of ['one', 'two', 'three']) await files().write(text);
    expect(await kept()).toEqual(['three', 'two']);
    expect((await readdir(join(folder, 'kept'))).sort()).toEqual(['governance.json', 'governance.older.json']);
    for (const name of await readdir(join(folder, 'kept'))) expect((await stat(at(name))).mode & 0o777).toBe(0o600);
    expect(said).toEqual([]);
  });

  it('is what was written, whatever that is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        await files().write(text);
        expect((await kept())[0]).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['cut off', (file) => truncate(file, 70)],
    ['emptied', (file) => truncate(file, 0)],
    ['changed in one byte', async (file) => writeFile(file, (await readFile(file, 'utf8')).replace('second', 'sekond'))],
    ['no copy at all', (file) => writeFile(file, 'nonsense')],
    ['gone', (file) => rm(file)],
  ])('is taken from the older one where the newest is %s', async (what, damage) => {
    await files().write('the first');
    await files().write('the second');
    await damage(at('governance.json'));
    expect(await kept()).toEqual(['the first']);
    expect(said).toHaveLength(what === 'gone' ? 0 : 1);
    await files().write('the third');
    expect((await kept())[0]).toBe('the third');
  });

  it('is not believed where others could have changed it', async () => {
    await files().write('text');
    await chmod(at('governance.json'), 0o644);
    await expect(kept()).rejects.toMatchObject({ code: 'AGENT_COPY_EXPOSED', kind: 'setup' });
  });

  it('stays where there is no room for a newer one', async () => {
    await files().write('text');
    // A folder where the draft is to be put in place: what a full disk comes to for the one who writes, also as root.
    const blocked = createGovernanceFiles({ folder: at('governance.json'), log });
    await expect(blocked.write('more')).rejects.toMatchObject({ code: 'AGENT_COPY_UNWRITABLE' });
    expect(await kept()).toEqual(['text']);
  });
});
