import { createHash } from 'node:crypto';

/**
 * The id of a delivery's n-th event: a UUIDv7 with the delivery's own time and counter, then n, then bits of a hash. It follows from the
 * delivery alone, so that routing is a pure function and routing again names the same events; within a delivery ids rise with n.
 */
export function eventId(deliveryId: string, part: number): string {
  const bytes = Buffer.from(deliveryId.replaceAll('-', ''), 'hex');
  const hash = createHash('sha256').update(bytes).update(String(part)).digest();
  hash.copy(bytes, 8, 0, 8);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt16BE(0x8000 | (part & 0x3fff), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
