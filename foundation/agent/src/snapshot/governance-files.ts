import { hash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@etis/contracts/log';
import { errorText } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { GovernanceCopy } from '../subscriber/subscriber.ts';

/** More than what governs ten thousand tenants comes to, in bytes. */
const mostBytes = 512 * 1024 * 1024;

/**
 * What governs, kept in a folder in two generations. Each is written beside the others and put in place in one step that also survives a power cut, so
 * whoever reads finds a whole one; one that is damaged all the same is told by its digest, reported and passed over.
 * Reading throws AGENT_COPY_EXPOSED where others could have changed it; writing throws AGENT_COPY_UNWRITABLE and leaves what is there.
 */
export function createGovernanceFiles({ folder, log }: { folder: string; log: Log }): GovernanceCopy {
  const newest = join(folder, 'governance.json');
  const older = join(folder, 'governance.older.json');

  async function read(file: string): Promise<string | null> {
    const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (handle === null) return null;
    try {
      const { mode, size } = await handle.stat();
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw errors.COPY_EXPOSED(file, (mode & 0o777).toString(8));
      const [digest, text = ''] = size > mostBytes ? [] : cut(await handle.readFile('utf8'));
      if (digest === hash('sha256', text, 'hex')) return text;
    } finally {
      await handle.close();
    }
    log.error({ file }, 'a kept copy of what governs is damaged; the one before it is used');
    return null;
  }

  async function put(text: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const draft = `${newest}.${randomBytes(4).toString('hex')}`;
    try {
      const handle = await open(draft, 'wx', 0o600);
      try {
        await handle.writeFile(`${hash('sha256', text, 'hex')}\n${text}`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(newest, older).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      await rename(draft, newest);
      const directory = await open(folder, 'r');
      await directory.sync().finally(() => directory.close());
    } finally {
      await rm(draft, { force: true });
    }
  }

  return {
    async *candidates() {
      for (const file of [newest, older]) {
        const text = await read(file);
        if (text !== null) yield text;
      }
    },
    async write(text) {
      try {
        await put(text);
      } catch (error) {
        throw errors.COPY_UNWRITABLE.because({ cause: error }, folder, errorText(error));
      }
    },
  };
}

function cut(whole: string): readonly [string, string] {
  const end = whole.indexOf('\n');
  return [whole.slice(0, Math.max(0, end)), whole.slice(end + 1)];
}
