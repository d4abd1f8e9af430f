import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errors } from '../errors.ts';
import { record, type Shape } from './shape.ts';
import type { SnapshotText } from './snapshot.ts';

const anyText: Shape<string> = (value, at) => {
  if (typeof value !== 'string') throw errors.SNAPSHOT_MALFORMED(at, 'is not text');
  return value;
};
const fileShape: Shape<SnapshotText> = record({ body: anyText, dataKeys: anyText });

/**
 * The copy of the last good snapshot; null where there is none.
 * @throws COMMAND_SNAPSHOT_EXPOSED where others may read or change it, COMMAND_SNAPSHOT_MALFORMED for what is no such copy, errors of the file system
 */
export async function readSnapshotFile(file: string): Promise<SnapshotText | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const { mode } = await handle.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw errors.SNAPSHOT_EXPOSED(file, (mode & 0o777).toString(8));
    return fileShape(parse(await handle.readFile('utf8'), file), file);
  } finally {
    await handle.close();
  }
}

/** Replaces the copy in one step that also survives a power cut: whoever reads finds the old one or the new one. */
export async function writeSnapshotFile(file: string, { body, dataKeys }: SnapshotText): Promise<void> {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ body, dataKeys })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

function parse(json: string, at: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw errors.SNAPSHOT_MALFORMED.because({ cause: error }, at, 'is not JSON');
  }
}
