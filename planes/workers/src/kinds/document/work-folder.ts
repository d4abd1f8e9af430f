import { chmod, lstat, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longer than any job runs: what is older was left by a process that died. */
const abandonedAfterMs = 3_600_000;

/**
 * Gives a folder of its own, which nobody else can read, and which is gone afterwards with everything in it. It lies in `path`, by default in one of
 * this user's in the system's folder for temporary files.
 */
export async function withWorkFolder<T>(path: string | undefined, work: (folder: string) => Promise<T>): Promise<T> {
  const parent = await ownFolder(path);
  await sweep(parent);
  const folder = await mkdtemp(join(parent, 'job-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The default name can be guessed, and so taken by another user of the machine beforehand: then it is not ours and not used. */
async function ownFolder(path: string | undefined): Promise<string> {
  const user = process.getuid?.();
  const folder = path ?? join(tmpdir(), user === undefined ? 'etis-documents' : `etis-documents-${user}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || (user !== undefined && found.uid !== user)) {
    throw new Error(`the folder ${folder} is no folder of this user, so no document is put there; remove it, or name another one`);
  }
  await chmod(folder, 0o700);
  // The sandbox knows real paths only.
  return realpath(folder);
}

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const found = await lstat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}
