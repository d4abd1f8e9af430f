import { randomUUID } from 'node:crypto';

// Shared by the whole process, because the order of ids is a promise about the process and not about one part of it.
let lastMillis = 0;
let sequence = 0;

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds, then a 12-bit counter that keeps ids of one process in order within a millisecond, then 62 random bits.
 * When the clock goes back, ids go on from the last time seen.
 */
export function uuidv7(now: number = Date.now()): string {
  // randomUUID draws from a pool of random bytes: one system call for 128 ids instead of one for each.
  const random = randomUUID();
  if (now > lastMillis) {
    lastMillis = now;
    sequence = Number.parseInt(random.slice(0, 3), 16) & 0x7ff;
  } else {
    sequence += 1;
    if (sequence > 0xfff) {
      lastMillis += 1;
      sequence = 0;
    }
  }
  const time = lastMillis.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${random.slice(19)}`;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in its canonical lower-case form. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
