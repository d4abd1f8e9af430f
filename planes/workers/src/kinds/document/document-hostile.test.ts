import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DocumentRunOptions, type DocumentWorkshop, openDocumentWorkshop } from './fixtures/document-job.ts';
import { jpegFile, pngFile } from './fixtures/image-file.ts';
import { docxFile, xlsxFile, xlsxRow } from './fixtures/office-file.ts';
import { pdfFile } from './fixtures/pdf-file.ts';

let workshop: DocumentWorkshop;
beforeAll(async () => {
  workshop = await openDocumentWorkshop();
});
afterAll(() => workshop.close());

const terminal = (message: string) => ({ name: 'TerminalFailure', message: expect.stringContaining(message) });
const read = (bytes: Buffer, limits: DocumentRunOptions['limits'] = {}, name = 'x') => workshop.read(bytes, { name, limits });

describe('a bomb', () => {
  const zeros = (megabytes: number) => Buffer.alloc(megabytes * 1_000_000, 0x20);

  it('in an archive ends as a sentence, whatever the archive claims', async () => {
    const limits = { maxUnpackedBytes: 20_000_000 };
    const honest = docxFile(['x'], { more: [{ name: 'word/media/a', data: zeros(30) }] });
    expect(honest.length).toBeLessThan(200_000);
    await expect(read(honest, limits)).rejects.toMatchObject(terminal('unpacked it is larger than the 20000000 bytes'));
    const liar = docxFile(['x'], { more: [{ name: 'word/media/a', data: zeros(30), claimedBytes: 10 }] });
    await expect(read(liar, limits)).rejects.toMatchObject(terminal('unpacked it is larger than'));
    const many = Array.from({ length: 10 }, (_, index) => ({ name: `word/media/${index}`, data: zeros(3) }));
    await expect(read(docxFile(['x'], { more: many }), limits)).rejects.toMatchObject(terminal('unpacked it is larger than'));
  });

  it('of parts is not even unpacked', async () => {
    const more = Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}`, data: '', method: 0 }));
    expect(await read(docxFile(['x'], { more }))).toMatchObject({
      mimeType: 'application/zip',
      text: null,
      warnings: [expect.stringContaining('at most 10000 are read')],
    });
  });

  it('in a stream of a PDF ends as a sentence', async () => {
    // Deflated twice, 400 megabytes of spaces are a few kilobytes.
    const stream = deflateSync(deflateSync(Buffer.alloc(400_000_000, 0x20)));
    const bomb = pdfFile([{ stream, filter: '[/FlateDecode /FlateDecode]' }]);
    await expect(read(bomb, { readMemoryMb: 96, readMs: 30_000 })).rejects.toMatchObject(terminal('It was not read, because'));
  });

  it('of one far cell in a sheet ends as a sentence', async () => {
    const rows = `<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`;
    await expect(read(xlsxFile(rows), { readMemoryMb: 96, readMs: 30_000 })).rejects.toMatchObject({ name: 'TerminalFailure' });
  });

  it('of entities expands to nothing', async () => {
    const entity = (name: string, of: string) => `<!ENTITY ${name} "${`&${of};`.repeat(10)}">`;
    const names = 'abcdefghij'.split('');
    const entities = names.map((name, index) => (index === 0 ? '<!ENTITY a "lol">' : entity(name, names[index - 1] ?? '')));
    const before = `<!DOCTYPE w:document [${entities.join('')}<!ENTITY secret SYSTEM "file:///etc/passwd">]>`;
    const result = await read(docxFile(['&j;', '&secret;'], { before }), { readMemoryMb: 96 });
    expect(JSON.stringify(result)).not.toMatch(/lollol|root:/);
  });

  it('of text is cut at the bound', async () => {
    const result = await read(Buffer.from('word '.repeat(100_000)), { maxTextChars: 10_000 });
    expect(result).toMatchObject({ text: { chars: 10_000 }, warnings: [expect.stringContaining('longer than the 10000 characters')] });
    const { stored } = result.text ?? {};
    expect(await workshop.store.stat('acme', stored ?? '')).toMatchObject({ bytes: 10_000 });
  });

  it('of time is given up', async () => {
    const rows = Array.from({ length: 150_000 }, (_, index) => xlsxRow(index + 1, ['a', 'b', index])).join('');
    await expect(read(xlsxFile(rows), { readMs: 450 })).rejects.toMatchObject(terminal('longer than the 450 ms'));
  });
});

describe('a reader', () => {
  it('is not begun when the job was called off meanwhile', async () => {
    const reason = new Error('cancelled');
    const controller = new AbortController();
    const stored = await workshop.keep('some text');
    const onNote = () => controller.abort(reason);
    const running = workshop.run({ source: { stored }, name: 'x', actions: ['text'] }, { signal: controller.signal, onNote });
    await expect(running).rejects.toBe(reason);
  });

  it('that cannot start is nobody’s fault but ours, and may be tried again', async () => {
    const failure = await read(Buffer.from('text'), { readMemoryMb: 1 }).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ name: 'Error', message: expect.stringContaining('could not start') });
    expect(await readdir(workshop.workPath)).toEqual([]);
  });

  it('sees nothing that a document names outside of itself', async () => {
    const secret = join(workshop.path, 'secret.txt');
    await writeFile(secret, 'the secret');
    const link = `<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" TargetMode="External" Target="file://${secret}"/>`;
    const more = [
      {
        name: 'word/_rels/document.xml.rels',
        data: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${link}</Relationships>`,
      },
    ];
    expect(JSON.stringify(await read(docxFile(['text'], { more })))).not.toContain('the secret');
  });
});

describe('a damaged file', () => {
  const samples: [string, Buffer][] = [
    ['a.pdf', pdfFile(['Ground floor', 'First floor'])],
    ['a.docx', docxFile(['One', 'Two'])],
    ['a.xlsx', xlsxFile(xlsxRow(1, ['Room', 12]))],
    ['a.csv', Buffer.from('a,b\n1,"x, y"\n2,z\n')],
    ['a.png', pngFile(30, 20)],
    ['a.jpg', jpegFile({ width: 30, height: 20, make: 'Camera' })],
  ];

  it.each(samples)('made of %s by cutting or changing it never ends in anything but a result or a sentence', async (name, sample) => {
    const position = fc.integer({ min: 0, max: sample.length - 1 });
    const change = fc.tuple(position, fc.integer({ min: 0, max: 255 }));
    const damage = fc.record({ cut: fc.option(position), changes: fc.array(change, { minLength: 1, maxLength: 12 }) });
    await fc.assert(
      fc.asyncProperty(damage, async ({ cut, changes }) => {
        const bytes = Buffer.from(sample);
        for (const [at, byte] of changes) bytes[at] = byte;
        const damaged = cut === null ? bytes : bytes.subarray(0, cut);
        const outcome = await read(damaged, { readMs: 15_000, readMemoryMb: 128 }, name).catch((error: unknown) => error as Error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'TerminalFailure', message: expect.stringMatching(/\.$/) });
        else expect(outcome.bytes).toBe(damaged.length);
      }),
      { numRuns: 12 },
    );
  });
});
