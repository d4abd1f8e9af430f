import { randomBytes } from 'node:crypto';

/** W3C Trace Context, level 1: `00-<32 hex>-<16 hex>-<2 hex>`, neither id all zero. */
const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The sender's `traceparent` where it is valid, otherwise a new sampled one. */
export function traceparentFrom(header: string | undefined): string {
  if (header !== undefined && traceparentPattern.test(header)) return header;
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** The 32 hex characters of the trace id. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
