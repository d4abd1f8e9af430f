import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jpegFile, pngFile } from './fixtures/image-file.ts';
import { docxFile, xlsxFile } from './fixtures/office-file.ts';
import { pdfFile } from './fixtures/pdf-file.ts';
import { zipFile } from './fixtures/zip-file.ts';
import { delimiterOf } from './sniff-text.ts';
import { officeTypes, sniffType } from './sniff-type.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-sniff-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function sniff(bytes: Buffer | string, table = false) {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  const file = await open(path, 'r');
  try {
    return await sniffType(file, { table });
  } finally {
    await file.close();
  }
}

const latin = (text: string) => Buffer.from(text, 'latin1');

describe('the type of a file', () => {
  it.each<[string, Buffer | string]>([
    ['application/pdf', pdfFile(['x'])],
    ['application/pdf', Buffer.concat([latin('junk from a mail program\r\n'), pdfFile(['x'])])],
    [officeTypes.docx, docxFile(['x'])],
    [officeTypes.xlsx, xlsxFile('')],
    [officeTypes.pptx, zipFile([{ name: 'ppt/presentation.xml', data: 'x' }])],
    ['application/zip', zipFile([{ name: 'xl', data: 'x' }])],
    ['application/epub+zip', zipFile([{ name: 'mimetype', data: 'application/epub+zip', method: 0 }])],
    [
      'application/vnd.oasis.opendocument.text',
      zipFile([{ name: 'mimetype', data: 'application/vnd.oasis.opendocument.text', method: 0 }]),
    ],
    ['image/png', pngFile(1, 1)],
    ['image/jpeg', jpegFile({ width: 1, height: 1, make: 'x' })],
    ['image/gif', latin('GIF89a\x01\0\x01\0')],
    ['image/webp', latin('RIFF\x04\0\0\0WEBPVP8L')],
    ['image/tiff', latin('MM\0*\0\0\0\x08')],
    ['image/bmp', latin('BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
    ['image/heic', latin('\0\0\0\x18ftypheic')],
    ['image/avif', latin('\0\0\0\x18ftypavif')],
    ['video/mp4', latin('\0\0\0\x18ftypisom')],
    ['image/vnd.dwg', latin('AC1032\0\0')],
    ['model/step', 'ISO-10303-21;\nHEADER;\n'],
    ['application/rtf', '{\\rtf1 x}'],
    ['application/gzip', latin('\x1f\x8b\x08\0')],
    ['application/x-7z-compressed', latin('7z\xbc\xaf\x27\x1c')],
    ['application/vnd.rar', latin('Rar!\x1a\x07\x01\0')],
    ['image/svg+xml', '<?xml version="1.0"?>\n<!-- a --><!-- b -->\n<!DOCTYPE svg PUBLIC "x"><svg/>'],
    ['text/html', '  <!doctype html><p>'],
    ['text/html', '<HTML>'],
    ['application/xml', '<?xml version="1.0"?><other/>'],
    ['text/plain', 'Just a line, with a comma.'],
    ['text/plain', '<3 is a heart'],
    ['text/plain', 'BM is no bitmap here at all'],
    ['application/octet-stream', latin('\x01\x02\x03\0')],
  ])('is %s by its bytes', async (mimeType, bytes) => {
    expect(await sniff(bytes)).toMatchObject({ mimeType, obstacle: null });
  });

  it.each([
    ['a,b\n1,2\n', 'text/csv'],
    ['a\tb\n1\t2\n', 'text/tab-separated-values'],
    ['one column\nand so on\n', 'text/csv'],
  ])('of text is a table only where somebody says so: %j', async (text, mimeType) => {
    expect(await sniff(text, true)).toMatchObject({ mimeType, encoding: 'utf-8' });
    expect(await sniff(text)).toMatchObject({ mimeType: 'text/plain' });
  });

  it('of bytes that are no text does not become a table because somebody says so', async () => {
    expect(await sniff(pngFile(1, 1), true)).toMatchObject({ mimeType: 'image/png' });
    expect(await sniff(latin('a,b\0c'), true)).toMatchObject({ mimeType: 'application/octet-stream' });
  });

  it.each([
    ['utf-8', Buffer.from('äöü €')],
    ['utf-8', Buffer.from('\ufeffwith a mark')],
    ['windows-1252', latin('Fl\xe4che')],
    ['utf-16le', Buffer.from('\ufeffwide', 'utf16le')],
    ['utf-16be', Buffer.from('\ufeffwide', 'utf16le').swap16()],
  ])('of text says that it is %s', async (encoding, bytes) => {
    expect(await sniff(bytes)).toMatchObject({ mimeType: 'text/plain', encoding });
  });

  it('of text is the same wherever its beginning is cut', async () => {
    for (const shift of [0, 1, 2, 3]) {
      expect(await sniff(`${'x'.repeat(shift)}${'😀'.repeat(20_000)}`)).toMatchObject({ encoding: 'utf-8' });
    }
  });

  it('of whatever bytes is some type, and quickly', async () => {
    const prefixes = ['', 'PK\x03\x04', 'PK\x05\x06', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', '<?xml ', '<!--', '%PDF-'].map(latin);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...prefixes), fc.uint8Array({ maxLength: 2_000 }), async (prefix, rest) => {
        const { mimeType } = await sniff(Buffer.concat([prefix, rest]));
        expect(mimeType).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
      }),
      { numRuns: 100 },
    );
    const began = performance.now();
    await sniff('<!-- -->'.repeat(8_000));
    await sniff(`<?xml ${'?'.repeat(60_000)}`);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('the delimiter of a table', () => {
  it.each([
    ['a;b;c\n1,5;2,5;3,5', ';'],
    ['a,b\n"x;y",z', ','],
    ['a|b', '|'],
    ['alone', ','],
    ['', ','],
  ])('of %j is %j', (text, delimiter) => {
    expect(delimiterOf(text)).toBe(delimiter);
  });
});
