import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import type { BundleFile } from '@etis/contracts/datasets';
import { errors } from '../errors.ts';

/**
 * Brings a file of a bundle to `path` and on disk, going on where an earlier try ended. What is not what the manifest says is deleted.
 * @throws RUNTIME_BUNDLE_REFUSED, and what reading throws, after which it can be called again
 */
export async function fetchFile(
  dataset: string,
  file: BundleFile,
  from: { path: string; read(offset: number): AsyncIterable<Uint8Array> },
): Promise<void> {
  const { path } = from;
  let size = await sizeOf(path);
  if (size < file.bytes) {
    const handle = await open(path, 'a', 0o600);
    try {
      for await (const bytes of from.read(size)) {
        size += bytes.byteLength;
        if (size > file.bytes) break;
        await handle.appendFile(bytes);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  if (size < file.bytes) {
    throw errors.BUNDLE_SHORT(dataset, size, file.bytes);
  }
  if (size !== file.bytes || !(await isWhole(path, file))) {
    await rm(path, { force: true });
    throw errors.BUNDLE_REFUSED(dataset, `${file.name} is not what was signed`);
  }
}

/** Whether a file on disk is what the manifest says. */
export async function isWhole(path: string, file: BundleFile): Promise<boolean> {
  if ((await sizeOf(path)) !== file.bytes) return false;
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest('hex') === file.sha256;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
