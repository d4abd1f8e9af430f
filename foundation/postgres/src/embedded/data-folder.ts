import { randomBytes } from 'node:crypto';
import { lchown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../errors.ts';
import { majorVersion } from './binaries.ts';
import type { Place } from './place.ts';
import { runProgram } from './run-program.ts';
import { lastLine, sentence } from './server-log.ts';
import type { ServerUser } from './server-user.ts';

/** The superuser of the embedded server; only preparing uses it. */
export const adminUser = 'etis_admin';
/** Its password, in the data folder itself. */
export const passwordFile = 'etis.password';

/**
 * Finds the data folder whole and of the right version, or makes one. It is made under another name and renamed, so that a crash leaves nothing
 * half made. Resolves to the superuser's password. @throws POSTGRES_DATA_VERSION, POSTGRES_DATA_UNREADABLE, POSTGRES_PASSWORD_LOST, POSTGRES_INITDB_FAILED
 */
export async function openDataFolder(place: Place, user: ServerUser | null): Promise<string> {
  const version = await readText(join(place.data, 'PG_VERSION'));
  if (version !== null) {
    if (version !== majorVersion) throw errors.DATA_VERSION(place.data, version, majorVersion);
    const password = await readText(join(place.data, passwordFile));
    if (password === null) throw errors.PASSWORD_LOST(join(place.data, passwordFile));
    if ((await readText(join(place.data, 'global', 'pg_control'))) === null)
      throw errors.DATA_UNREADABLE(place.data, 'global/pg_control is missing');
    return password;
  }
  if (await holdsFiles(place.data)) throw errors.DATA_UNREADABLE(place.data, 'PG_VERSION is missing');
  return makeDataFolder(place, user);
}

async function makeDataFolder(place: Place, user: ServerUser | null): Promise<string> {
  const password = randomBytes(32).toString('base64url');
  const draft = join(place.store, `data.${randomBytes(6).toString('hex')}`);
  const passwordDraft = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordDraft, password, { mode: 0o600, flag: 'wx' });
    if (user !== null) for (const path of [draft, passwordDraft]) await lchown(path, user.uid, user.gid);
    const { code, output } = await runProgram({
      binaries: place.binaries,
      user,
      program: 'initdb',
      args: [
        ...['--pgdata', draft, '--username', adminUser, '--pwfile', passwordDraft],
        ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--data-checksums'],
        ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
      ],
    });
    if (code !== 0) {
      // Whoever came first may have removed this draft as a left one.
      if ((await readText(join(place.data, 'PG_VERSION'))) !== null) return openDataFolder(place, user);
      throw errors.INITDB_FAILED(reasonOfInitdb(output));
    }
    // Inside the data folder, so that data and password appear together.
    await rename(passwordDraft, join(draft, passwordFile)).catch(unlessMadeMeanwhile);
    await rename(draft, place.data).catch(unlessMadeMeanwhile);
    return openDataFolder(place, user);
  } finally {
    await rm(passwordDraft, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

/** Whoever made one at the same time and came first is the one that counts, and may have removed this draft as a left one. */
function unlessMadeMeanwhile(error: NodeJS.ErrnoException): void {
  if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error;
}

/** Removes what killed runs left half made. To be called by the one who has claimed the data: any other run would be refused anyway. */
export async function removeDrafts(place: Place): Promise<void> {
  for (const name of await readdir(place.store))
    if (/^data\.[0-9a-f]{12}(\.password)?$/.test(name))
      // The initdb of a killed platform may still be writing there.
      await rm(join(place.store, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function holdsFiles(folder: string): Promise<boolean> {
  return readdir(folder).then(
    (names) => names.length > 0,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

async function readText(file: string): Promise<string | null> {
  return readFile(file, 'latin1').then(
    (text) => text.trim(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw error;
    },
  );
}

/** What went wrong first: the lines after it tell of the consequences and of the cleaning up. */
function reasonOfInitdb(output: string): string {
  const reason = /(?:initdb: error|FATAL|PANIC): +(.+)/.exec(output)?.[1];
  return sentence(reason ?? lastLine(output));
}
