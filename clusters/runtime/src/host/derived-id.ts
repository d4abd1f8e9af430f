import { createHash } from 'node:crypto';

/**
 * The id of what the handling of an event asked for: the same for the same event, lane, kind and ordinal, whoever computes it.
 *
 * Why not a random one: handling may be done again although it was kept, where a cluster's database comes back from an older backup or a lane
 * is replayed on another cluster. Both sinks, jobs and inbox, dedupe by id, so the redo repeats the effects inside the cluster and sends nothing
 * twice. It has the layout of a UUIDv7: the cause's 48 bits of time, which keep indexes local, and 74 bits of SHA-256.
 */
export function derivedId(of: { event: string; lane: string; kind: 'job' | 'event'; ordinal: number }): string {
  const hash = createHash('sha256').update(`${of.event}\n${of.lane}\n${of.kind}\n${of.ordinal}`).digest();
  const bytes = Buffer.from(hash.subarray(0, 16));
  const time = Buffer.from(of.event.replaceAll('-', '').slice(0, 12), 'hex');
  if (time.length === 6) time.copy(bytes);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
