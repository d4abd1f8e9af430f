import { createHash } from 'node:crypto';
import { chown, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errors } from '../errors.ts';
import type { ServerUser } from './server-user.ts';

/** `sockaddr_un` holds about 104 bytes on the smallest system, and PostgreSQL adds `/.s.PGSQL.5432.lock`. */
const maxFolderLength = 80;

/**
 * The folder of a data folder's socket: short, private to the server's user, and the same at every start.
 * @throws POSTGRES_SOCKET_FOLDER_TAKEN where somebody else was there first
 */
export async function openSocketFolder(data: string, user: ServerUser | null): Promise<string> {
  const name = `etis-${createHash('sha256').update(data).digest('hex').slice(0, 16)}`;
  const preferred = join(tmpdir(), name);
  const folder = preferred.length <= maxFolderLength ? preferred : join('/tmp', name);
  const owner = user?.uid ?? process.getuid?.();
  const made = await mkdir(folder, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
  if (made && user !== null) await chown(folder, user.uid, user.gid);
  // In a folder that everyone may write, the name could be taken by anyone: it counts only as a private folder of the right owner.
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) throw errors.SOCKET_FOLDER_TAKEN(folder);
  return folder;
}
