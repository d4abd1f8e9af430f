import { readFile } from 'node:fs/promises';
import mammoth from 'mammoth';
import readSheets from 'read-excel-file/node';
import { checkZip } from './check-zip.ts';
import { officeProperties } from './office-properties.ts';
import type { Reader } from './reading.ts';

/** DOCX: paragraphs as lines, and the document's properties. */
export const readDocx: Reader = async ({ request, text, describe }) => {
  const zip = await checkZip(request.file, request.maxUnpackedBytes);
  if (request.metadata) describe(await officeProperties(zip));
  if (!request.text) return;
  const { value } = await mammoth.extractRawText({ buffer: await readFile(request.file) });
  text.append(value);
};

/** XLSX: each sheet under its name, rows as lines, cells with tabs between; the sheets' sizes and the document's properties. */
export const readXlsx: Reader = async ({ request, text, describe }) => {
  const zip = await checkZip(request.file, request.maxUnpackedBytes);
  if (request.metadata) describe(await officeProperties(zip));
  const sheets = await readSheets(await readFile(request.file));
  describe({ sheets: sheets.map(({ sheet, data }) => ({ name: sheet, rows: data.length, columns: data[0]?.length ?? 0 })) });
  if (!request.text) return;
  for (const [index, { sheet, data }] of sheets.entries()) {
    if (!text.append(`${index === 0 ? '' : '\n'}${sheet}\n`)) return;
    for (const row of data) if (!text.append(`${row.map(cellText).join('\t')}\n`)) return;
  }
};

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : cell.toISOString();
  return String(cell).replace(/[\t\r\n]+/g, ' ');
}
