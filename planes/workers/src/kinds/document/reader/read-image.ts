import { readFile } from 'node:fs/promises';
import exifr from 'exifr';
import { imageSize } from 'image-size';
import type { Reader } from './reading.ts';

const withExif = new Set(['image/jpeg', 'image/tiff', 'image/heic', 'image/avif', 'image/png']);

/** Pictures: their size, and what the camera or the program wrote into them (Exif, IPTC). They hold no text. */
export const readImage: Reader = async ({ request, describe, warn }) => {
  if (request.text) warn('It is a picture; pictures are not read as text.');
  if (!request.metadata) return;
  const bytes = await readFile(request.file);
  const { width, height, orientation } = imageSize(bytes);
  describe({ width, height, orientation });
  if (!withExif.has(request.mimeType)) return;
  const options = {
    tiff: true,
    exif: true,
    gps: true,
    iptc: true,
    interop: false,
    ifd1: false,
    xmp: false,
    icc: false,
    jfif: false,
  } as const;
  const found: unknown = await exifr.parse(bytes, { ...options, ihdr: false, makerNote: false, userComment: false });
  if (found !== undefined && found !== null) describe({ exif: found });
};
