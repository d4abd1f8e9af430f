import { officeTypes } from '../sniff-type.ts';
import type { Reader } from './reading.ts';

const office = () => import('./read-office.ts');
const text = () => import('./read-text.ts');
const image = async () => (await import('./read-image.ts')).readImage;

/** Who reads which type. Each is loaded only when it is needed: most of a reading's time would otherwise be the loading of the others. */
const readers: Readonly<Record<string, () => Promise<Reader>>> = {
  'application/pdf': async () => (await import('./read-pdf.ts')).readPdf,
  [officeTypes.docx]: async () => (await office()).readDocx,
  [officeTypes.xlsx]: async () => (await office()).readXlsx,
  'text/csv': async () => (await text()).readTable,
  'text/tab-separated-values': async () => (await text()).readTable,
  'text/plain': async () => (await text()).readPlain,
  'image/png': image,
  'image/jpeg': image,
  'image/gif': image,
  'image/webp': image,
  'image/tiff': image,
  'image/bmp': image,
  'image/heic': image,
  'image/avif': image,
  'image/svg+xml': image,
};

export function isReadable(mimeType: string): boolean {
  return Object.hasOwn(readers, mimeType);
}

/** @throws TypeError for a type that is not readable */
export function loadReader(mimeType: string): Promise<Reader> {
  const load = isReadable(mimeType) ? readers[mimeType] : undefined;
  if (load === undefined) throw new TypeError(`nothing reads ${mimeType}`);
  return load();
}
