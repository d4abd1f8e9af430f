import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';
import { locateZipEntry, readZipDirectory, type ZipEntry } from '../zip-directory.ts';
import { Bomb, Unreadable } from './reading.ts';

/** A zip archive that was unpacked once, to nowhere, and so holds what it holds. */
export interface CheckedZip {
  readonly entries: readonly ZipEntry[];
  /** The bytes of a part, null where there is none of that name or it is larger than `maxBytes`. */
  part(name: string, maxBytes: number): Promise<Buffer | null>;
}

/**
 * Unpacks every part and counts, before a library gets to see the archive: what an archive says about its sizes may be a lie.
 * @throws Bomb, Unreadable, ZipProblem
 */
export async function checkZip(path: string, maxUnpackedBytes: number): Promise<CheckedZip> {
  const file = await open(path, 'r');
  try {
    const entries = await readZipDirectory(file);
    const places = new Map<string, { start: number; end: number; stored: boolean }>();
    let total = 0;
    for (const entry of entries) {
      if (entry.encrypted) throw new Unreadable('It is protected by a password, so nothing of it was read.');
      if (entry.method !== 0 && entry.method !== 8) {
        throw new Unreadable(`It is compressed in a way that is not supported (method ${entry.method}), so nothing of it was read.`);
      }
      const place = { ...(await locateZipEntry(file, entry)), stored: entry.method === 0 };
      for await (const chunk of unpacked(path, place)) {
        total += chunk.length;
        if (total > maxUnpackedBytes) throw new Bomb(`unpacked it is larger than the ${maxUnpackedBytes} bytes that are allowed`);
      }
      places.set(entry.name, place);
    }
    return {
      entries,
      async part(name, maxBytes) {
        const place = places.get(name);
        if (place === undefined) return null;
        const chunks: Buffer[] = [];
        let bytes = 0;
        for await (const chunk of unpacked(path, place)) {
          bytes += chunk.length;
          if (bytes > maxBytes) return null;
          chunks.push(chunk);
        }
        return Buffer.concat(chunks);
      },
    };
  } finally {
    await file.close();
  }
}

async function* unpacked(path: string, place: { start: number; end: number; stored: boolean }): AsyncGenerator<Buffer> {
  if (place.end === place.start) return;
  const packed = createReadStream(path, { start: place.start, end: place.end - 1 });
  if (place.stored) {
    yield* packed as AsyncIterable<Buffer>;
    return;
  }
  const inflate = createInflateRaw();
  packed.on('error', (error) => inflate.destroy(error));
  try {
    yield* packed.pipe(inflate) as AsyncIterable<Buffer>;
  } finally {
    packed.destroy();
    inflate.destroy();
  }
}
