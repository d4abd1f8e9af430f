import type { FileHandle } from 'node:fs/promises';

/** One part of a zip archive, as its central directory says; whether that is true shows only when it is unpacked. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly compressedBytes: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** Why an archive cannot be read, as a sentence. */
export class ZipProblem extends Error {
  override readonly name = 'ZipProblem';
}

const maxEntries = 10_000;
const maxDirectoryBytes = 8_000_000;
const signature = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 };

/**
 * The central directory of a zip archive (APPNOTE 6.3.10), with bounds on everything that it says.
 * @throws ZipProblem
 */
export async function readZipDirectory(file: FileHandle): Promise<readonly ZipEntry[]> {
  const { size } = await file.stat();
  const { count, bytes, offset } = await findEnd(file, size);
  if (count > maxEntries) throw new ZipProblem(`it has ${count} parts or more, and at most ${maxEntries} are read`);
  if (bytes > maxDirectoryBytes || offset + bytes > size) throw new ZipProblem('its list of parts is damaged');
  const directory = await readAt(file, offset, bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== signature.entry) throw new ZipProblem('its list of parts is damaged');
    const [nameBytes, extraBytes, commentBytes] = [
      directory.readUInt16LE(at + 28),
      directory.readUInt16LE(at + 30),
      directory.readUInt16LE(at + 32),
    ];
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    const large = zip64Fields(extra, [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)]);
    entries.push({
      name,
      method: directory.readUInt16LE(at + 10),
      encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      compressedBytes: large[1],
      offset: large[2],
    });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

/** Where the bytes of a part lie in the file. @throws ZipProblem */
export async function locateZipEntry(file: FileHandle, entry: ZipEntry): Promise<{ readonly start: number; readonly end: number }> {
  const { size } = await file.stat();
  const header = entry.offset + 30 <= size ? await readAt(file, entry.offset, 30) : Buffer.alloc(0);
  if (header.length < 30 || header.readUInt32LE(0) !== signature.local) throw new ZipProblem('a part is not where it should be');
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const end = start + entry.compressedBytes;
  if (end > size) throw new ZipProblem('a part is cut off');
  return { start, end };
}

async function findEnd(file: FileHandle, size: number): Promise<{ count: number; bytes: number; offset: number }> {
  const tailBytes = Math.min(size, 22 + 65_535);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== signature.end) continue;
    return { count: tail.readUInt16LE(at + 10), bytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) };
  }
  throw new ZipProblem('it has no list of its parts, so its end is missing');
}

/** The zip64 extra field holds, in this order, those of the values that say "look there" by all bits set. */
function zip64Fields(extra: Buffer, values: [number, number, number]): [number, number, number] {
  if (!values.includes(0xffffffff)) return values;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    const end = Math.min(extra.length, from + extra.readUInt16LE(at + 2));
    return values.map((value) => {
      if (value !== 0xffffffff || from + 8 > end) return value;
      from += 8;
      return Number(extra.readBigUInt64LE(from - 8));
    }) as [number, number, number];
  }
  return values;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
