import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText } from '@etis/kernel';
import { errors } from '../errors.ts';

/** The places inside ETIS_HOME. */
export interface Home {
  readonly folder: string;
  readonly operatorToken: string;
  readonly masterKey: string;
  readonly databaseAccess: string;
  /** Says where a running platform listens. */
  readonly running: string;
  /** Keys by which the parts of this home's processes are known to the platform, and what they were told to trust. */
  readonly link: string;
  /** The key that certifies every other; it belongs offline. */
  readonly rootKey: string;
  /** Signed checkpoints of the sealed record, outside the database. */
  readonly checkpoints: string;
  /** The last good governance snapshot of a process that has no control plane. */
  readonly governance: string;
  /** Orders that were signed for a node of this home while the platform cannot be reached. */
  readonly breakGlass: string;
  /** Where the demonstration keeps documents. */
  readonly documents: string;
  /** Bundles of datasets, by cluster. */
  readonly datasets: string;
  readonly demonstration: string;
  readonly demonstrationWhatsApp: string;
  readonly sentMail: string;
}

export function homeAt(folder: string): Home {
  return {
    folder,
    operatorToken: join(folder, 'credentials', 'operator-token'),
    masterKey: join(folder, 'credentials', 'master-key'),
    databaseAccess: join(folder, 'credentials', 'database.json'),
    running: join(folder, 'running.json'),
    link: join(folder, 'link'),
    checkpoints: join(folder, 'audit', 'checkpoints.jsonl'),
    rootKey: join(folder, 'credentials', 'root-key.pem'),
    governance: join(folder, 'governance', 'snapshot.json'),
    breakGlass: join(folder, 'break-glass'),
    datasets: join(folder, 'datasets'),
    documents: join(folder, 'documents'),
    demonstration: join(folder, 'demonstration', 'autodesk.json'),
    demonstrationWhatsApp: join(folder, 'demonstration', 'whatsapp.json'),
    sentMail: join(folder, 'demonstration', 'sent.jsonl'),
  };
}

/** Makes the home and tries that it can be written. @throws ETIS_HOME_UNWRITABLE */
export async function openHome(folder: string): Promise<Home> {
  const home = homeAt(folder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await mkdir(dirname(home.operatorToken), { recursive: true, mode: 0o700 });
    await mkdir(home.link, { recursive: true, mode: 0o700 });
    await mkdir(dirname(home.checkpoints), { recursive: true, mode: 0o700 });
    await mkdir(dirname(home.demonstration), { recursive: true, mode: 0o700 });
    const probe = join(folder, `.probe-${randomBytes(6).toString('hex')}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw errors.HOME_UNWRITABLE.because({ cause: error }, folder, errorText(error));
  }
  return home;
}

/** Writes a file that only its owner may read, whole or not at all. */
export async function writePrivate(file: string, text: string): Promise<void> {
  await rename(await draftOf(file, text), file);
}

/** The same where there is no such file yet; false where there is one, which stays as it is. */
export async function createPrivate(file: string, text: string): Promise<boolean> {
  const draft = await draftOf(file, text);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function draftOf(file: string, text: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  await chmod(draft, 0o600);
  return draft;
}

/** Reads a private file; null where there is none. @throws ETIS_FILE_TOO_OPEN where others may read it */
export async function readPrivate(file: string): Promise<string | null> {
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw errors.FILE_TOO_OPEN(file, (mode & 0o777).toString(8));
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The same for JSON. @throws ETIS_FILE_UNREADABLE */
export async function readPrivateJson<T>(file: string): Promise<T | null> {
  const text = await readPrivate(file);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw errors.FILE_UNREADABLE.because({ cause: error }, file, 'it does not hold JSON');
  }
}
