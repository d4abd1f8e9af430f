import { extname } from 'node:path';
import { officeTypes } from './sniff-type.ts';

const byExtension: Readonly<Record<string, readonly string[]>> = {
  '.pdf': ['application/pdf'],
  '.docx': [officeTypes.docx],
  '.xlsx': [officeTypes.xlsx],
  '.pptx': [officeTypes.pptx],
  '.doc': ['application/msword'],
  '.xls': ['application/vnd.ms-excel'],
  '.csv': ['text/csv', 'text/tab-separated-values'],
  '.tsv': ['text/tab-separated-values', 'text/csv'],
  '.txt': ['text/plain'],
  '.png': ['image/png'],
  '.jpg': ['image/jpeg'],
  '.jpeg': ['image/jpeg'],
  '.gif': ['image/gif'],
  '.webp': ['image/webp'],
  '.tif': ['image/tiff'],
  '.tiff': ['image/tiff'],
  '.bmp': ['image/bmp'],
  '.heic': ['image/heic'],
  '.avif': ['image/avif'],
  '.svg': ['image/svg+xml'],
  '.dwg': ['image/vnd.dwg'],
  '.ifc': ['model/step'],
  '.zip': ['application/zip'],
};

/** Says nothing about the bytes. */
const general = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/x-download']);

/** Whether what is said about a document makes its text a table. */
export function saysTable({ name, mimeType }: { readonly name: string; readonly mimeType?: string }): boolean {
  return ['.csv', '.tsv'].includes(extname(name).toLowerCase()) || /^text\/(csv|tab-separated-values)\b/i.test(mimeType ?? '');
}

/** Sentences where the bytes are not what the name or the sender says. */
export function mismatches(said: { readonly name: string; readonly mimeType?: string }, mimeType: string): string[] {
  const found: string[] = [];
  const declared = (said.mimeType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!general.has(declared) && declared !== mimeType && !(declared.startsWith('text/') && mimeType.startsWith('text/'))) {
    found.push(`Its sender calls it ${declared.slice(0, 100)}, but its bytes are ${mimeType}.`);
  }
  const extension = extname(said.name).toLowerCase();
  const expected = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (expected !== undefined && !expected.includes(mimeType)) found.push(`Its name ends in ${extension}, but its bytes are ${mimeType}.`);
  return found;
}
