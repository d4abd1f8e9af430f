/** The members of a value that somebody else wrote; none where it is not an object. */
export type Members = Readonly<Record<string, unknown>>;

export function members(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

/** A text of 1 to `length` characters as PostgreSQL can keep it; null for everything else. */
export function textOf(value: unknown, length: number): string | null {
  if (typeof value !== 'string' || value === '' || value.length > length || value.includes('\u0000')) return null;
  return value.toWellFormed();
}

/** A time as RFC 3339 in UTC with milliseconds; `otherwise` where it is none, or none of this century. */
export function timeOf(value: unknown, otherwise: string): string {
  for (const text of [value, otherwise]) {
    const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
    if (time >= earliest && time < latest) return new Date(time).toISOString();
  }
  return new Date(earliest).toISOString();
}

const earliest = Date.UTC(2000, 0);
const latest = Date.UTC(2100, 0);
