import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipFile } from './fixtures/zip-file.ts';
import { locateZipEntry, readZipDirectory, ZipProblem } from './zip-directory.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-zip-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Every part with its bytes, as the directory leads to them. */
async function partsOf(bytes: Buffer) {
  const path = join(folder, 'archive');
  await writeFile(path, bytes);
  const file = await open(path, 'r');
  try {
    const parts: { name: string; method: number; encrypted: boolean; data: Buffer }[] = [];
    for (const entry of await readZipDirectory(file)) {
      const { start, end } = await locateZipEntry(file, entry);
      parts.push({ name: entry.name, method: entry.method, encrypted: entry.encrypted, data: bytes.subarray(start, end) });
    }
    return parts;
  } finally {
    await file.close();
  }
}

describe('the directory of an archive', () => {
  it('leads to every part', async () => {
    const part = fc.record({ name: fc.string({ maxLength: 50 }), data: fc.string({ maxLength: 200 }), method: fc.constantFrom(0, 8) });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const found = await partsOf(zipFile(parts));
        const unpacked = found.map(({ name, method, data }) => ({
          name,
          method,
          data: (method === 8 ? inflateRawSync(data) : data).toString(),
        }));
        expect(unpacked).toEqual(parts.map(({ name, data, method }) => ({ name: name.toWellFormed(), method, data })));
      }),
      { numRuns: 50 },
    );
  });

  it('is found behind a comment', async () => {
    const archive = zipFile([{ name: 'a', data: 'x' }]);
    archive.writeUInt16LE(30, archive.length - 2);
    expect(await partsOf(Buffer.concat([archive, Buffer.alloc(30, 0x20)]))).toMatchObject([{ name: 'a' }]);
  });

  it('says which parts are encrypted', async () => {
    expect(await partsOf(zipFile([{ name: 'a', data: 'x', encrypted: true }]))).toMatchObject([{ encrypted: true }]);
  });

  it('may hold sizes and places of 64 bits', async () => {
    const archive = zipFile([{ name: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa', data: 'stored', method: 0 }]);
    const at = archive.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    // The name gives up its last 28 bytes to an extra field with three values.
    const name = 28;
    archive.writeUInt16LE(0, at + 28);
    archive.writeUInt16LE(name, at + 30);
    archive.writeUInt16LE(1, at + 46);
    archive.writeUInt16LE(24, at + 48);
    archive.writeBigUInt64LE(6n, at + 50);
    archive.writeBigUInt64LE(6n, at + 58);
    archive.writeBigUInt64LE(0n, at + 66);
    for (const field of [20, 24, 42]) archive.writeUInt32LE(0xffffffff, at + field);
    const [part] = await partsOf(archive);
    expect(part?.data.toString()).toBe('stored');
  });

  it.each<[string, (archive: Buffer) => Buffer, RegExp]>([
    ['without an end', (archive) => archive.subarray(0, -1), /its end is missing/],
    ['of nothing', () => Buffer.from('PK\x03\x04', 'latin1'), /its end is missing/],
    ['with more parts than there are', (archive) => withEnd(archive, 10, 2, 2), /list of parts is damaged/],
    ['with very many parts', (archive) => withEnd(archive, 10, 2, 0xffff), /at most 10000/],
    ['whose directory lies outside', (archive) => withEnd(archive, 16, 4, 0x7fffffff), /list of parts is damaged/],
    ['whose directory is huge', (archive) => withEnd(archive, 12, 4, 0xfffffff0), /list of parts is damaged/],
    ['whose directory is elsewhere', (archive) => withEnd(archive, 16, 4, 0), /list of parts is damaged/],
    ['whose part is elsewhere', (archive) => withEntry(archive, 42, 5), /not where it should be/],
    ['whose part lies outside', (archive) => withEntry(archive, 42, 0x7fffffff), /not where it should be/],
    ['whose part is too long', (archive) => withEntry(archive, 20, 0x7fffffff), /cut off/],
  ])('%s is refused with a sentence', async (_, change, message) => {
    const refused = partsOf(change(zipFile([{ name: 'a', data: 'x' }])));
    await expect(refused).rejects.toBeInstanceOf(ZipProblem);
    await expect(refused).rejects.toThrow(message);
  });

  it('is read or refused, whatever is changed in it', async () => {
    const sample = zipFile([
      { name: 'a', data: 'some text' },
      { name: 'b', data: 'more', method: 0 },
    ]);
    const change = fc.tuple(fc.integer({ min: 0, max: sample.length - 1 }), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 10 }), async (changes) => {
        const damaged = Buffer.from(sample);
        for (const [at, byte] of changes) damaged[at] = byte;
        const outcome = await partsOf(damaged).catch((error: unknown) => error);
        expect(Array.isArray(outcome) || outcome instanceof ZipProblem).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

function withEnd(archive: Buffer, field: number, bytes: 2 | 4, value: number): Buffer {
  archive.writeUIntLE(value, archive.length - 22 + field, bytes);
  return archive;
}

function withEntry(archive: Buffer, field: number, value: number): Buffer {
  archive.writeUInt32LE(value, archive.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + field);
  return archive;
}
