import { readFile } from 'node:fs/promises';
import { getDocumentProxy } from 'unpdf';
import { type Reader, Unreadable } from './reading.ts';

const maxPages = 10_000;

/** PDF: the text in the order in which the pages hold it, a form feed between pages; who made it with what and when. */
export const readPdf: Reader = async ({ request, text, describe, warn }) => {
  const data = new Uint8Array(await readFile(request.file));
  const pdf = await getDocumentProxy(data, { verbosity: 0 }).catch((error: Error) => {
    if (error.name === 'PasswordException') throw new Unreadable('It is protected by a password, so nothing of it was read.');
    throw error;
  });
  describe({ pages: pdf.numPages });
  if (request.metadata) {
    const { info } = (await pdf.getMetadata()) as unknown as { info: Record<string, unknown> };
    describe({
      version: info.PDFFormatVersion,
      title: info.Title,
      author: info.Author,
      subject: info.Subject,
      keywords: info.Keywords,
      creator: info.Creator,
      producer: info.Producer,
      createdAt: pdfDate(info.CreationDate),
      modifiedAt: pdfDate(info.ModDate),
      form: info.IsAcroFormPresent === true || info.IsXFAPresent === true,
      signed: info.IsSignaturesPresent === true,
    });
  }
  if (!request.text) return;
  if (pdf.numPages > maxPages) warn(`Only the text of the first ${maxPages} of ${pdf.numPages} pages was read.`);
  let letters = false;
  for (let number = 1; number <= Math.min(pdf.numPages, maxPages); number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const lines = items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join('');
    letters ||= lines.trim() !== '';
    if (!text.append(number === 1 ? lines : `\n\f${lines}`)) break;
    page.cleanup();
  }
  if (!letters) warn('It holds no text, so its pages are probably pictures; pictures are not read.');
};

/** `D:20240131120000+01'00'` (ISO 32000-1, section 7.9.4), where everything after the year may be missing. */
function pdfDate(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const parts = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?/.exec(value);
  if (parts === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', , sign, offsetHour, offsetMinute = '00'] = parts;
  const offset = sign === undefined ? 'Z' : `${sign}${offsetHour}:${offsetMinute}`;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
