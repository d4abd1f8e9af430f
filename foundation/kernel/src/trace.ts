import { randomFillSync } from 'node:crypto';

/** W3C Trace Context, level 1: `00-<32 hex>-<16 hex>-<2 hex>`, neither id all zero. */
const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const idsBytes = 24;
// Random bytes for many at a time, because every request starts a trace: one system call for 128 of them.
const pool = Buffer.alloc(128 * idsBytes);
let used = pool.length;

/** The sender's `traceparent` where it is valid, otherwise a new sampled one. */
export function traceparentFrom(header: string | undefined): string {
  if (header !== undefined && traceparentPattern.test(header)) return header;
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const ids = pool.toString('hex', used, used + idsBytes);
  used += idsBytes;
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`;
}

/** The 32 hex characters of the trace id. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
