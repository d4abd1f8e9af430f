import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorText } from '@etis/kernel';
import { errors } from '../errors.ts';

/**
 * The installation's master key, 32 bytes: `fromEnv` (the value of ETIS_MASTER_KEY) where it is given, otherwise the file, which is created
 * with random bytes where there is none (mode 0600, complete on disk before it appears under its name).
 * A file beside the data protects backups of the data, not against whoever is the same user on the same machine.
 * @throws AGENT_MASTER_KEY_INVALID, AGENT_MASTER_KEY_EXPOSED, AGENT_MASTER_KEY_UNREADABLE
 */
export async function loadMasterKey({ file, fromEnv }: { file: string; fromEnv?: string | null }): Promise<Buffer> {
  if (fromEnv !== undefined && fromEnv !== null) return parseKey(fromEnv, 'ETIS_MASTER_KEY');
  try {
    const existing = await readKeyFile(file);
    if (existing !== null) return existing;
    await createKeyFile(file);
    const created = await readKeyFile(file);
    if (created !== null) return created;
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw errors.MASTER_KEY_UNREADABLE.because({ cause: error }, file, errorText(error));
  }
  throw errors.MASTER_KEY_UNREADABLE(file, 'it vanished as soon as it was created');
}

/** Null where there is no file. The mode is read from the open file, so it cannot be exchanged in between. */
async function readKeyFile(file: string): Promise<Buffer | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const state = await handle.stat();
    if (!state.isFile()) throw errors.MASTER_KEY_UNREADABLE(file, 'it is not a file');
    const { mode, size } = state;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw errors.MASTER_KEY_EXPOSED(file, (mode & 0o777).toString(8).padStart(4, '0'));
    }
    if (size > 1_024) throw errors.MASTER_KEY_INVALID(file);
    return parseKey(await handle.readFile('utf8'), file);
  } finally {
    await handle.close();
  }
}

/** A link under the final name is atomic and never replaces: of two processes that start at once, both then read the same key. */
async function createKeyFile(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await handle.sync();
    await handle.close();
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await syncFolder(dirname(file));
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}

/** The new name survives a power cut; Windows has no such call for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseKey(text: string, where: string): Buffer {
  const value = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(value)) return Buffer.from(value, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(value)) {
    const key = Buffer.from(value, 'base64');
    if (key.length === 32) return key;
  }
  throw errors.MASTER_KEY_INVALID(where);
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
