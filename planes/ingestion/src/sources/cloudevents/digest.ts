import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { contentMode } from './content-mode.ts';

/** In binary mode over source, id and body, because the body alone may repeat; otherwise over the body, which holds both. */
export function digest({ headers, body }: { headers: IncomingHttpHeaders; body: Buffer }): Buffer {
  const sum = createHash('sha256');
  // No header holds a NUL, so where each part ends is never in doubt.
  if (contentMode(headers) === 'binary') sum.update(`${headers['ce-source'] ?? ''}\0${headers['ce-id'] ?? ''}\0`);
  return sum.update(body).digest();
}
