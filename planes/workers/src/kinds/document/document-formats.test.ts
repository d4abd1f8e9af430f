import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DocumentWorkshop, openDocumentWorkshop } from './fixtures/document-job.ts';
import { jpegFile, pngFile } from './fixtures/image-file.ts';
import { docxFile, xlsxFile, xlsxRow } from './fixtures/office-file.ts';
import { encryptedPdfFile, pdfFile } from './fixtures/pdf-file.ts';
import { zipFile } from './fixtures/zip-file.ts';
import { officeTypes } from './sniff-type.ts';

let workshop: DocumentWorkshop;
beforeAll(async () => {
  workshop = await openDocumentWorkshop();
});
afterAll(() => workshop.close());

async function fullText(stored: string | null | undefined): Promise<string> {
  return stored ? readAll(await workshop.store.get('acme', stored)) : '';
}

describe('what is read of', () => {
  it('a PDF: text by page, who made it and when', async () => {
    const info = "/Title (A plan) /Author (Ada) /CreationDate (D:20260102030405+01'00')";
    const result = await workshop.read(pdfFile(['Ground floor', 'First floor'], { info }), {
      name: 'plan.pdf',
      mimeType: 'application/pdf',
    });
    expect(result).toMatchObject({ mimeType: 'application/pdf', warnings: [] });
    expect(result.text?.excerpt).toBe('Ground floor\n\fFirst floor');
    expect(await fullText(result.text?.stored)).toBe('Ground floor\n\fFirst floor');
    expect(result.metadata).toEqual({
      pages: 2,
      version: '1.7',
      title: 'A plan',
      author: 'Ada',
      createdAt: '2026-01-02T02:04:05.000Z',
      form: false,
      signed: false,
    });
  });

  it('a PDF of pictures: nothing, and why', async () => {
    const result = await workshop.read(pdfFile(['']));
    expect(result).toMatchObject({ text: null, metadata: { pages: 1 }, warnings: [expect.stringContaining('holds no text')] });
  });

  it('a Word document: paragraphs and properties', async () => {
    const result = await workshop.read(docxFile(['First &amp; second', 'Dritter Absatz: ä']), { name: 'Report.DOCX' });
    expect(result).toMatchObject({
      mimeType: officeTypes.docx,
      text: { excerpt: 'First & second\n\nDritter Absatz: ä\n\n' },
      metadata: { title: 'Plan & section — A-1', author: 'Ada', createdAt: '2026-01-02T03:04:05Z', application: 'Writer', pages: '3' },
      warnings: [],
    });
  });

  it('a workbook: sheets with rows and cells', async () => {
    const rows = [xlsxRow(1, ['Room', 'Area']), xlsxRow(2, ['A\tB', 12.5]), xlsxRow(3, ['', 7])].join('');
    const result = await workshop.read(xlsxFile(rows), { name: 'rooms.xlsx' });
    expect(result).toMatchObject({
      mimeType: officeTypes.xlsx,
      text: { excerpt: 'Rooms\nRoom\tArea\nA B\t12.5\n\t7\n' },
      metadata: { sheets: [{ name: 'Rooms', rows: 3, columns: 2 }], author: 'Ada' },
      warnings: [],
    });
  });

  it.each([
    ['commas', 'a,b\n1,"x, y"\n2,z\n', ','],
    ['semicolons', 'a;b\r\n1;"x\r\ny"\r\n2;z', ';'],
    ['tabs', 'a\tb\n1\t2\n3\t4\n', '\t'],
  ])('a table with %s: rows, columns and the header', async (_, text, delimiter) => {
    const result = await workshop.read(text, { name: 'table.csv' });
    expect(result).toMatchObject({
      text: { excerpt: text, chars: text.length },
      metadata: { rows: 3, columns: 2, header: ['a', 'b'], ...(delimiter === '\t' ? {} : { delimiter }) },
      warnings: [],
    });
  });

  it('a table with uneven rows or an open quote: what there is, and a warning', async () => {
    const uneven = await workshop.read('a,b\n1\n2,3,4\n', { name: 'x.csv' });
    expect(uneven).toMatchObject({ metadata: { rows: 3, columns: 3 }, warnings: [expect.stringContaining('same number of columns')] });
    const open = await workshop.read('a,b\n1,"never closed\n', { name: 'x.csv' });
    expect(open).toMatchObject({
      text: { chars: 20 },
      metadata: { rows: 1 },
      warnings: [expect.stringContaining('counted up to number 1')],
    });
  });

  it('a table from an older program: its characters are guessed, and it says so', async () => {
    const result = await workshop.read(Buffer.from('Raum;Fl\xe4che\nK\xfcche;12\n', 'latin1'), { name: 'x.csv' });
    expect(result).toMatchObject({ text: { excerpt: 'Raum;Fläche\nKüche;12\n' }, metadata: { encoding: 'windows-1252', delimiter: ';' } });
    expect(result.warnings).toEqual([expect.stringContaining('Windows-1252')]);
  });

  it('text in UTF-16, and with characters that a database cannot keep', async () => {
    const wide = await workshop.read(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('one\u0000two\ud800\nthree', 'utf16le')]));
    expect(wide).toMatchObject({
      mimeType: 'text/plain',
      text: { excerpt: 'onetwo\ufffd\nthree' },
      metadata: { encoding: 'utf-16le', lines: 2 },
    });
    const long = await workshop.read(`${'x'.repeat(1_999)}😀${'y'.repeat(100)}`);
    expect(long.text).toMatchObject({ chars: 2_101, excerpt: 'x'.repeat(1_999) });
  });

  it('pictures: their size, and what the camera wrote', async () => {
    expect(await workshop.read(pngFile(640, 480), { name: 'a.png' })).toMatchObject({
      mimeType: 'image/png',
      text: null,
      metadata: { width: 640, height: 480 },
      warnings: [expect.stringContaining('not read as text')],
    });
    const jpeg = await workshop.read(jpegFile({ width: 320, height: 200, make: 'Camera GmbH' }), { name: 'a.jpg' });
    expect(jpeg).toMatchObject({ mimeType: 'image/jpeg', metadata: { width: 320, height: 200, exif: { Make: 'Camera GmbH' } } });
    const svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>';
    expect(await workshop.read(svg)).toMatchObject({ mimeType: 'image/svg+xml', metadata: { width: 30, height: 20 } });
  });
});

describe('a document that cannot be read', () => {
  it.each<[string, () => Buffer | string, string, string]>([
    ['is empty', () => '', 'application/octet-stream', 'it is empty'],
    ['is of a type that nobody reads', () => 'AC1032\0\0\0', 'image/vnd.dwg', 'not a type that is read here'],
    ['is a page of the web', () => '<!DOCTYPE html><p>x', 'text/html', 'not a type that is read here'],
    ['is random bytes', () => Buffer.from([0, 1, 2, 3, 200]), 'application/octet-stream', 'not a type that is read here'],
    ['is an encrypted PDF', encryptedPdfFile, 'application/pdf', 'protected by a password'],
    [
      'is an encrypted archive',
      () => docxFile(['x'], { more: [{ name: 'x', data: 'x', encrypted: true }] }),
      officeTypes.docx,
      'protected by a password',
    ],
    ['is a cut archive', () => docxFile(['x']).subarray(0, 500), 'application/zip', 'its end is missing'],
    ['is a cut PDF', () => Buffer.from('%PDF-1.7\n1 0 obj'), 'application/pdf', 'damaged'],
    [
      'is packed in a way of its own',
      () => docxFile(['x'], { more: [{ name: 'x', data: 'x', method: 14 }] }),
      officeTypes.docx,
      'method 14',
    ],
    ['is an empty archive', () => zipFile([]), 'application/zip', 'not a type that is read here'],
    ['is a picture without content', () => Buffer.from('\xff\xd8\xff\xe0', 'latin1'), 'image/jpeg', 'damaged'],
  ])('and %s still has its digest and its type', async (_, bytes, mimeType, warning) => {
    const result = await workshop.read(bytes());
    expect(result).toMatchObject({ mimeType, text: null, bytes: bytes().length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(result.metadata).toBeTypeOf('object');
    expect(result.warnings.join(' ')).toContain(warning);
  });

  it('because it is protected is recognised in its container', async () => {
    const head = Buffer.alloc(1_024);
    head.write('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'latin1');
    head.writeUInt16LE(9, 30);
    const container = (stream: string) => Buffer.concat([head.subarray(0, 512), Buffer.from(stream, 'utf16le'), Buffer.alloc(400)]);
    expect((await workshop.read(container('EncryptedPackage'))).warnings.join()).toContain('protected by a password');
    expect(await workshop.read(container('WordDocument'))).toMatchObject({ mimeType: 'application/msword' });
  });
});

describe('a document that is not what it is said to be', () => {
  it('is read as what it is, with a warning for each wrong label', async () => {
    const result = await workshop.read(pngFile(2, 1), { name: 'plan.pdf', mimeType: 'application/pdf; charset=binary' });
    expect(result).toMatchObject({ mimeType: 'image/png', metadata: { width: 2 } });
    expect(result.warnings.slice(0, 2)).toEqual([
      'Its sender calls it application/pdf, but its bytes are image/png.',
      'Its name ends in .pdf, but its bytes are image/png.',
    ]);
  });

  it.each([
    '../../etc/passwd',
    '/etc/passwd',
    'C:\\boot.ini',
    'a/../../b.pdf',
    '..',
    '%2e%2e%2f',
    'con',
    '\u202efdp.exe',
    '__proto__',
    '.__proto__',
  ])('the name %j leads nowhere', async (name) => {
    const result = await workshop.read('harmless', { name });
    expect(result).toMatchObject({ mimeType: 'text/plain', text: { excerpt: 'harmless' } });
    expect(await workshop.store.stat('acme', result.sha256)).toMatchObject({ bytes: 8 });
  });
});
