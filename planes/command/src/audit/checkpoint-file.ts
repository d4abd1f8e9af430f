import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { KeptCheckpoint } from './checkpoint.ts';

/** Checkpoints outside the database, one JSON line each, only ever added to. Mode 0600. */
export interface CheckpointFile {
  /** The last whole line; null where there is none. A line that was cut off by a crash is taken away. */
  last(): Promise<KeptCheckpoint | null>;
  /** Resolves when they are on the disk. */
  append(checkpoints: readonly KeptCheckpoint[]): Promise<void>;
}

const newline = 0x0a;
const firstWindow = 65_536;

export function checkpointFile(path: string): CheckpointFile {
  async function opened<T>(work: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await open(path, 'a+', 0o600);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }

  return {
    last: () =>
      opened(async (file) => {
        const { size } = await file.stat();
        for (let window = firstWindow; ; window *= 2) {
          const from = Math.max(0, size - window);
          const { buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
          const end = buffer.lastIndexOf(newline);
          const start = end <= 0 ? -1 : buffer.lastIndexOf(newline, end - 1);
          if (from > 0 && (end === -1 || start === -1)) continue;
          if (from + end + 1 < size) await file.truncate(from + end + 1);
          return end === -1 ? null : readLine(buffer.subarray(start + 1, end).toString());
        }
      }),
    append: (checkpoints) =>
      opened(async (file) => {
        await file.appendFile(checkpoints.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`).join(''));
        await file.datasync();
      }),
  };
}

/** Line by line; null for a line that is none. A file that is not there has none. */
export async function* checkpointLines(path: string): AsyncGenerator<KeptCheckpoint | null> {
  const input = createReadStream(path);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) yield readLine(line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    input.destroy();
  }
}

function readLine(line: string): KeptCheckpoint | null {
  try {
    const { number, payload, keyId, signature } = JSON.parse(line) as KeptCheckpoint;
    const isWhole = Number.isSafeInteger(number) && [payload, keyId, signature].every((part) => typeof part === 'string');
    return isWhole ? { number, payload, keyId, signature } : null;
  } catch {
    return null;
  }
}
