import { randomBytes } from 'node:crypto';
import { chmod, cp, lchown, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { Binaries } from './binaries.ts';
import { canEnter, canUse, type ServerUser } from './server-user.ts';

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
  // PostgreSQL writes the path into files whose lines have meanings.
  if (/[\r\n]/.test(folder)) throw errors.HOME_UNWRITABLE(JSON.stringify(folder), 'its path holds a line break');
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    if (user !== null) await chmod(folder, 0o711);
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
  const near = join(folder, 'server');
  if (user === null) {
    await mkdir(near, { recursive: true, mode: 0o700 });
    return near;
  }
  const record = join(folder, 'location');
  const recorded = await readRecord(record);
  if (recorded !== null) return recorded;
  if (canEnter(user, folder)) {
    await mkdir(near, { recursive: true, mode: 0o700 });
    await lchown(near, user.uid, user.gid);
    return near;
  }
  // Data that was reached before and no longer is, is still the data of this home.
  if (await stat(near).catch(() => null))
    throw errors.HOME_UNWRITABLE(near, `user ${user.name}, who the database runs as, cannot reach it any more`);
  // A name of its own for each home: one that was deleted and made again must not find the data of the old one.
  const far = join(sharedFolder, randomBytes(8).toString('hex'));
  await makeSharedFolder();
  await mkdir(far, { mode: 0o700 });
  await lchown(far, user.uid, user.gid);
  const draft = `${record}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, `${far}\n`);
    await link(draft, record);
  } catch (error) {
    await rm(far, { recursive: true });
    // Another platform was first, and its place counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readRecord(record)) ?? far;
  } finally {
    await rm(draft, { force: true });
  }
  notice(`The database runs as user ${user.name}, who cannot reach ${folder}: its data is in ${far}.`);
  return far;
}

/** @throws POSTGRES_DATA_UNREADABLE where the place that was written down is gone: a new, empty database must not take its place unasked */
async function readRecord(record: string): Promise<string | null> {
  const text = await readFile(record, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const far = text.trim();
  if (!(await stat(far).catch(() => null))?.isDirectory()) throw errors.DATA_UNREADABLE(far, `it is gone, and ${record} names it`);
  return far;
}

/** Whatever umask the platform runs with. */
async function makeSharedFolder(): Promise<void> {
  await mkdir(sharedFolder, { recursive: true });
  await chmod(sharedFolder, 0o755);
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
  await makeSharedFolder();
  const draft = `${copy}.${randomBytes(6).toString('hex')}`;
  try {
    await cp(binaries.folder, draft, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await openToAll(draft);
    // Whoever else copied at the same time copied the same.
    await rename(draft, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  notice(`The database runs as user ${user.name}, who cannot reach ${binaries.folder}: its programs were copied to ${copy}.`);
  return copy;
}

/** The files may come from a folder of root's alone. Links are left as they are. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}
