import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { TerminalFailure } from '../../runtime/job-kind.ts';

export interface DigestedFile {
  readonly path: string;
  readonly bytes: number;
  /** In lower-case hexadecimal. */
  readonly sha256: string;
}

/** A new file that is written piece by piece, counted and digested meanwhile. */
export interface FileSink {
  /** @throws TerminalFailure at the first piece beyond the bound, which is not written; and what the disk says */
  write(chunk: Buffer): Promise<void>;
  /** May be repeated. */
  close(): Promise<DigestedFile>;
}

export async function openFileSink(path: string, maxBytes: number): Promise<FileSink> {
  const handle = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  let closed: Promise<DigestedFile> | undefined;

  async function close(): Promise<DigestedFile> {
    await handle.close();
    return { path, bytes, sha256: hash.digest('hex') };
  }

  return {
    async write(chunk) {
      if (bytes + chunk.length > maxBytes)
        throw new TerminalFailure(`The document is larger than the ${maxBytes} bytes that are allowed here.`);
      bytes += chunk.length;
      hash.update(chunk);
      await handle.writeFile(chunk);
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** Writes all chunks to a new file; what was written before a failure stays. */
export async function pourIntoFile(chunks: AsyncIterable<Buffer>, path: string, maxBytes: number): Promise<DigestedFile> {
  const sink = await openFileSink(path, maxBytes);
  try {
    for await (const chunk of chunks) await sink.write(chunk);
  } finally {
    await sink.close();
  }
  return sink.close();
}
