import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { Binaries } from './binaries.ts';
import { canUse, type ServerUser } from './server-user.ts';

/** Where the parts of one server are. */
export interface Place {
  /** The parent of the data folder, owned by the server's user. */
  readonly store: string;
  readonly data: string;
  readonly log: string;
  /** Holds `bin`. */
  readonly binaries: string;
}

/** Where a server that runs as another user finds what it cannot reach in root's folders. */
const sharedFolder = '/var/lib/etis';

/**
 * Decides where data and programs are: beside the home and where npm put them, unless the server's user cannot reach those, as in a clone
 * under /root. Then both are under /var/lib/etis, and `notice` says so. @throws POSTGRES_HOME_UNWRITABLE
 */
export async function findPlace(options: {
  home: string;
  user: ServerUser | null;
  binaries: Binaries;
  notice: (sentence: string) => void;
}): Promise<Place> {
  const { home, user, notice } = options;
  const folder = join(home, 'postgres');
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    const store = await findStore({ folder, user, notice });
    return {
      store,
      data: join(store, 'data'),
      log: join(store, 'postgres.log'),
      binaries: await reachableBinaries(options),
    };
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw errors.HOME_UNWRITABLE.because({ cause: error }, folder, errorText(error));
  }
}

async function findStore({
  folder,
  user,
  notice,
}: {
  folder: string;
  user: ServerUser | null;
  notice: (sentence: string) => void;
}): Promise<string> {
  if (user === null) return folder;
  const record = join(folder, 'location');
  const recorded = await readFile(record, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
  if (recorded !== null) return recorded;
  const near = join(folder, 'server');
  await mkdir(near, { recursive: true, mode: 0o700 });
  await chown(near, user.uid, user.gid);
  if (canUse(user, ['/bin/sh', '-c', 'cd "$1" && test -w .', 'sh', near])) return near;
  await rm(near, { recursive: true });
  // A name of its own for each home: one that was deleted and made again must not find the data of the old one.
  const far = join(sharedFolder, randomBytes(8).toString('hex'));
  await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
  await mkdir(far, { mode: 0o700 });
  await chown(far, user.uid, user.gid);
  await writeFile(record, `${far}\n`);
  notice(`The database runs as user ${user.name}, who cannot reach ${folder}: its data is in ${far}.`);
  return far;
}

async function reachableBinaries({
  user,
  binaries,
  notice,
}: {
  user: ServerUser | null;
  binaries: Binaries;
  notice: (sentence: string) => void;
}): Promise<string> {
  if (user === null || canUse(user, [join(binaries.folder, 'bin', 'postgres'), '--version'])) return binaries.folder;
  const copy = join(sharedFolder, `postgresql-${binaries.version}`);
  if (await stat(join(copy, 'bin', 'postgres')).catch(() => null)) return copy;
  await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
  const draft = `${copy}.${randomBytes(6).toString('hex')}`;
  await cp(binaries.folder, draft, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await chmod(draft, 0o755);
  // Whoever else copied at the same time copied the same.
  await rename(draft, copy).catch(() => rm(draft, { recursive: true }));
  notice(`The database runs as user ${user.name}, who cannot reach ${binaries.folder}: its programs were copied to ${copy}.`);
  return copy;
}
