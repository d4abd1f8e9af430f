import { createHash } from 'node:crypto';
import { lchown, lstat, mkdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { errors } from '../errors.ts';
import { canEnter, type ServerUser } from './server-user.ts';

/** `sockaddr_un` holds about 104 bytes on the smallest system, and PostgreSQL adds `/.s.PGSQL.5432.lock`. */
const maxFolderLength = 80;

/**
 * The folder of a data folder's socket: short, private to the server's user, and the same at every start.
 * @throws POSTGRES_SOCKET_FOLDER_TAKEN where somebody else was there first
 */
export async function openSocketFolder(data: string, user: ServerUser | null): Promise<string> {
  const folder = socketFolder(data, user);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  // Where a start was killed between making and giving it away, it is still ours to give.
  if (user !== null && (await lstat(folder)).uid === process.getuid?.()) await lchown(folder, user.uid, user.gid);
  // In a folder that everyone may write, the name could be taken by anyone: it counts only as a private folder of the right owner.
  const found = await lstat(folder);
  const owner = user?.uid ?? process.getuid?.();
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) throw errors.SOCKET_FOLDER_TAKEN(folder);
  return folder;
}

/** Removes the folder that a stopped server listened in. The server itself says where that was, so nothing but a folder of this name is touched. */
export async function removeSocketFolder(data: string, folder: string): Promise<void> {
  if (basename(folder) === folderName(data)) await rm(folder, { recursive: true, force: true });
}

/** Removes the folder of a server that did not start, unless one is listening there after all. */
export async function removeUnusedSocketFolder(data: string, user: ServerUser | null): Promise<void> {
  await rmdir(socketFolder(data, user)).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(error.code ?? '')) throw error;
  });
}

/** Its path, whether or not it is there. */
export function socketFolder(data: string, user: ServerUser | null): string {
  const preferred = join(tmpdir(), folderName(data));
  return preferred.length <= maxFolderLength && canEnter(user, tmpdir()) ? preferred : join('/tmp', folderName(data));
}

function folderName(data: string): string {
  return `etis-${createHash('sha256').update(data).digest('hex').slice(0, 16)}`;
}
