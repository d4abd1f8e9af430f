import { randomUUID } from 'node:crypto';

/** W3C Trace Context, level 1: `00-<32 hex>-<16 hex>-<2 hex>`, neither id all zero. */
const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The sender's `traceparent` where it is valid, otherwise a new sampled one. */
export function traceparentFrom(header: string | undefined): string {
  if (header !== undefined && traceparentPattern.test(header)) return header;
  // From the pool behind randomUUID, because every request starts a trace.
  const trace = randomUUID().replaceAll('-', '');
  const span = randomUUID().replaceAll('-', '').slice(0, 16);
  return `00-${trace}-${span}-01`;
}

/** The 32 hex characters of the trace id. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
