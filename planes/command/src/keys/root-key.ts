import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSigningKey, exportSigningKey, type SigningKey, signingKeyFrom } from '@etis/agent';
import { EtisError, errorText } from '@etis/kernel';
import { errors } from '../errors.ts';

const advice = `The root key of this installation: exportable. It certifies the keys that govern every node, and is needed for nothing else.
Move it offline and keep a copy; bring it back to change keys that are about to end, and to recover after a restored backup.
`;

/** The root key, null where it is not there (moved offline). @throws COMMAND_ROOT_KEY_EXPOSED, COMMAND_ROOT_KEY_UNREADABLE */
export async function readRootKey(file: string): Promise<SigningKey | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw errors.ROOT_KEY_UNREADABLE.because({ cause: error }, file, errorText(error));
  });
  if (handle === null) return null;
  try {
    const { mode, size } = await handle.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw errors.ROOT_KEY_EXPOSED(file, (mode & 0o777).toString(8));
    if (size > 10_000) throw errors.ROOT_KEY_UNREADABLE(file, 'it is too large to be one');
    return signingKeyFrom(await handle.readFile('utf8'));
  } catch (error) {
    if (error instanceof EtisError && error.code.startsWith('COMMAND_')) throw error;
    throw errors.ROOT_KEY_UNREADABLE.because({ cause: error }, file, errorText(error));
  } finally {
    await handle.close();
  }
}

/**
 * Makes the root key, complete on disk (mode 0600) before it appears under its name; where there is one already, that one.
 * @throws COMMAND_ROOT_KEY_EXPOSED, COMMAND_ROOT_KEY_UNREADABLE
 */
export async function createRootKey(file: string): Promise<SigningKey> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(draft, 'wx', 0o600);
    try {
      await writeThrough(handle, advice + exportSigningKey(createSigningKey()));
      await link(draft, file).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(draft, { force: true });
    }
  } catch (error) {
    throw errors.ROOT_KEY_UNREADABLE.because({ cause: error }, file, errorText(error));
  }
  const root = await readRootKey(file);
  if (root === null) throw errors.ROOT_KEY_UNREADABLE(file, 'it vanished as soon as it was made');
  return root;
}

async function writeThrough(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
