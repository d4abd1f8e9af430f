import { errors } from '../errors.ts';

/** RFC 3339 with its offset, as UTC. @throws PULSE_QUERY_INVALID */
export function readTime(text: string, member: 'from' | 'to'): string {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw errors.QUERY_INVALID(`"${member}" is not a time such as 2026-01-31T00:00:00Z`);
  return new Date(at).toISOString();
}

/** Whether it is a name of the IANA database; offsets such as +02:00 are none, because they know no summer time. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
