import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EtisError } from '@etis/kernel';
import { errors } from '../errors.ts';
import { type CheckedKey, checkKey } from './document-key.ts';
import type { DocumentStore } from './document-store.ts';

/** Longer than any put takes: an incoming file of this age was left by a process that died. */
const abandonedAfterMs = 24 * 3_600_000;

/**
 * Documents in a local folder, as `<tenant>/<first two digits>/<key>`: folders with mode 0700, files with 0600. A put writes beside, reaches the
 * disk, and is renamed into place, so that after a power failure there is the whole document or none.
 */
export function createFolderStore(options: { readonly path: string }): DocumentStore {
  const root = resolve(options.path);
  const incoming = join(root, '.incoming');

  function pathOf({ tenant, digest, key }: CheckedKey): string {
    return join(root, tenant, digest.slice(0, 2), key);
  }

  async function receive(checked: CheckedKey, file: string, signal: AbortSignal | undefined): Promise<void> {
    await makeFolder(incoming);
    await sweep(incoming);
    const staged = join(incoming, randomUUID());
    try {
      await copyDurably({ from: file, to: staged, content: checked.content, signal });
      await place(staged, pathOf(checked));
    } finally {
      await rm(staged, { force: true });
    }
  }

  async function place(staged: string, path: string): Promise<void> {
    const folder = dirname(path);
    await makeFolder(folder);
    await rename(staged, path);
    await syncFolder(folder);
  }

  /** What the file system answers, in words that name no path; null stands for a file that is not there. */
  async function orNull<T>(work: Promise<T>): Promise<T | null> {
    return work.catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw unavailable(error);
    });
  }

  return {
    async put(tenant, key, file, { signal } = {}) {
      const checked = checkKey(tenant, key);
      await receive(checked, file, signal).catch((error: unknown) => {
        if (signal?.aborted) throw signal.reason;
        throw unavailable(error);
      });
    },
    async get(tenant, key, { signal } = {}) {
      const handle = await orNull(open(pathOf(checkKey(tenant, key)), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)));
      if (handle === null) throw errors.DOCUMENT_UNKNOWN();
      return handle.createReadStream(signal === undefined ? {} : { signal });
    },
    async delete(tenant, key) {
      return (await orNull(unlink(pathOf(checkKey(tenant, key))).then(() => true))) ?? false;
    },
    async stat(tenant, key) {
      const found = await orNull(stat(pathOf(checkKey(tenant, key))));
      return found === null ? null : { bytes: found.size, storedAt: found.mtime.toISOString() };
    },
    close: async () => {},
  };
}

async function copyDurably(copy: {
  readonly from: string;
  readonly to: string;
  readonly content: string | null;
  readonly signal: AbortSignal | undefined;
}): Promise<void> {
  const digest = createHash('sha256');
  const handle: FileHandle = await open(copy.to, 'wx', 0o600);
  try {
    for await (const chunk of createReadStream(copy.from, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      copy.signal?.throwIfAborted();
      digest.update(chunk);
      await handle.writeFile(chunk);
    }
    if (copy.content !== null && digest.digest('hex') !== copy.content) throw errors.DOCUMENT_CHANGED();
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new folder is there after a power failure only once its parent has reached the disk. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no folder as a file, and keeps names in a journal of its own.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sweep(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

function unavailable(cause: unknown): EtisError {
  if (cause instanceof EtisError) return cause;
  return errors.DOCUMENT_STORE_UNAVAILABLE.because({ cause }, 'in the local folder');
}
