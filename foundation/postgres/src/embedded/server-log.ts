import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

const maxLogBytes = 10 * 1024 * 1024;
const maxReadBytes = 16 * 1024;

/** Empties a log that has grown over 10 MB. The server's user may have put a link there: none is followed. */
export async function shortenLog(file: string): Promise<void> {
  const handle = await openUnlessMissing(file, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    if (handle !== null && (await handle.stat()).size > maxLogBytes) await handle.truncate();
  } finally {
    await handle?.close();
  }
}

/** How long the log is now, in bytes; 0 where there is none. */
export async function logEnd(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What the log says from `start` on, at most the last 16 KiB of it. */
export async function readLog(file: string, start: number): Promise<string> {
  const handle = await openUnlessMissing(file, constants.O_RDONLY);
  try {
    if (handle === null) return '';
    const { size } = await handle.stat();
    const from = Math.max(start, size - maxReadBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, size - from)), { position: from });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle?.close();
  }
}

/** The sentence in which a server said why it ended, without the time and the process before it; otherwise the last line. */
export function reasonIn(text: string): string {
  const fatal = [...text.matchAll(/(?:FATAL|PANIC): +(.+)(?:\n.*DETAIL: +(.+))?/g)].at(-1);
  if (fatal === undefined) return sentence(lastLine(text));
  const [, what = '', detail] = fatal;
  return detail === undefined ? sentence(what) : `${sentence(what)} ${sentence(detail)}`;
}

/** The last line that says something; never empty. */
export function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.trim() ?? 'it did not say why.'
  );
}

/** The text with a full stop, where it has none. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

async function openUnlessMissing(file: string, flags: number): Promise<FileHandle | null> {
  return open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
