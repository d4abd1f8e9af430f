import type { FileHandle } from 'node:fs/promises';
import { sniffText } from './sniff-text.ts';
import type { SniffedType } from './sniffed-type.ts';
import { readZipDirectory, ZipProblem } from './zip-directory.ts';

export const officeTypes = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
} as const;

const headBytes = 65_536;

/** What stands at which place, as Latin-1, which keeps each byte one character; the first that fits counts. */
const magic: readonly (readonly [string, number, string])[] = [
  ['\x89PNG\r\n\x1a\n', 0, 'image/png'],
  ['\xff\xd8\xff', 0, 'image/jpeg'],
  ['GIF87a', 0, 'image/gif'],
  ['GIF89a', 0, 'image/gif'],
  ['WEBPVP8', 8, 'image/webp'],
  ['II*\0', 0, 'image/tiff'],
  ['MM\0*', 0, 'image/tiff'],
  ...['avif', 'avis'].map((brand) => [`ftyp${brand}`, 4, 'image/avif'] as const),
  ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'].map((brand) => [`ftyp${brand}`, 4, 'image/heic'] as const),
  ['ftyp', 4, 'video/mp4'],
  ['\x1f\x8b', 0, 'application/gzip'],
  ['7z\xbc\xaf\x27\x1c', 0, 'application/x-7z-compressed'],
  ['Rar!\x1a\x07', 0, 'application/vnd.rar'],
  ['AC10', 0, 'image/vnd.dwg'],
  ['ISO-10303-21;', 0, 'model/step'],
  ['{\\rtf', 0, 'application/rtf'],
];

/** Streams of a compound file (MS-CFB), by the names in its directory. */
const compound: readonly (readonly [string, string])[] = [
  ['WordDocument', 'application/msword'],
  ['Workbook', 'application/vnd.ms-excel'],
  ['PowerPoint Document', 'application/vnd.ms-powerpoint'],
];

/**
 * Says what a file is by its bytes. `hint` is what the name and the sender say: it only decides whether lines of text are a table, which the
 * bytes alone cannot tell.
 */
export async function sniffType(file: FileHandle, hint: { readonly table: boolean }): Promise<SniffedType> {
  const head = await readHead(file);
  if (head.length === 0) return { mimeType: 'application/octet-stream', encoding: null, obstacle: 'it is empty' };
  const text = head.toString('latin1');
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return sniffZip(file, text);
  if (text.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return sniffCompound(file, head);
  const found = magic.find(([bytes, at]) => text.startsWith(bytes, at));
  if (found !== undefined) return plain(found[2]);
  // The header of a bitmap has four bytes that are always nothing.
  if (text.startsWith('BM') && text.startsWith('\0\0\0\0', 6)) return plain('image/bmp');
  // Some producers put something in front; readers allow for it within the first kilobyte (ISO 32000-1, annex H.3.4.1).
  if (/%PDF-\d/.test(text.slice(0, 1_024))) return plain('application/pdf');
  return sniffText(head, { ...hint, whole: head.length < headBytes }) ?? plain('application/octet-stream');
}

async function sniffZip(file: FileHandle, head: string): Promise<SniffedType> {
  try {
    const names = new Set((await readZipDirectory(file)).map(({ name }) => name));
    if (names.has('word/document.xml')) return plain(officeTypes.docx);
    if (names.has('xl/workbook.xml')) return plain(officeTypes.xlsx);
    if (names.has('ppt/presentation.xml')) return plain(officeTypes.pptx);
    // OpenDocument and EPUB put their type into the first part, stored as it is.
    const declared = head.startsWith('mimetype', 30) ? /^application\/[a-z0-9.+-]{1,80}/.exec(head.slice(38, 130))?.[0] : undefined;
    return plain(declared ?? 'application/zip');
  } catch (error) {
    if (error instanceof ZipProblem) return { mimeType: 'application/zip', encoding: null, obstacle: error.message };
    throw error;
  }
}

async function sniffCompound(file: FileHandle, head: Buffer): Promise<SniffedType> {
  const sectorBytes = head.length < 512 ? 512 : 1 << Math.min(12, head.readUInt16LE(30));
  const directoryAt = head.length < 512 ? 0 : (head.readUInt32LE(48) + 1) * sectorBytes;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, directoryAt);
  const has = (name: string) => buffer.subarray(0, bytesRead).includes(Buffer.from(name, 'utf16le'));
  if (has('EncryptedPackage')) {
    return { mimeType: 'application/x-ole-storage', encoding: null, obstacle: 'it is an Office document that is protected by a password' };
  }
  return plain(compound.find(([name]) => has(name))?.[1] ?? 'application/x-ole-storage');
}

function plain(mimeType: string): SniffedType {
  return { mimeType, encoding: null, obstacle: null };
}

async function readHead(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  return buffer.subarray(0, bytesRead);
}
