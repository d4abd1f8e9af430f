/** A JSON object of unknown shape. Members are read by the functions below, because a sender may put anything anywhere. */
export type Members = Readonly<Record<string, unknown>>;

const usualLength = 1_000;
const idLength = 500;
const addressLength = 2_000;

/** The object itself, or one without members where it is something else. */
export function members(value: unknown): Members {
  return isMembers(value) ? value : {};
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A text that every store can keep: no NUL and no lone surrogate (PostgreSQL refuses both in JSON), at most 1,000 characters where nothing else
 * is said. Null for anything that is not a text. Empty texts are kept.
 */
export function text(value: unknown, atMost = usualLength): string | null {
  return typeof value === 'string' ? storable(value.slice(0, atMost)) : null;
}

/** A text without what no store can keep, in its full length. */
export function storable(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** A text, or a number that was meant as one, for example a version. */
export function label(value: unknown): string | null {
  const exact = number(value);
  return exact === null ? text(value) : String(exact);
}

/** A text that can be an id: not empty, at most 500 visible ASCII characters; null otherwise, never shortened. */
export function id(value: unknown): string | null {
  return typeof value === 'string' && value.length <= idLength && /^[!-~]+$/.test(value) ? value : null;
}

/** An address, a URL or a URN: at most 2,000 visible ASCII characters; null otherwise, never shortened. */
export function address(value: unknown): string | null {
  return typeof value === 'string' && value.length <= addressLength && /^[!-~]+$/.test(value) ? value : null;
}

/** An id that may be written as a number, for example `message_template_id`. */
export function idOrNumber(value: unknown): string | null {
  return id(typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value);
}

/** A number that JSON carries exactly; null for what is too large for that (`1e999`, integers beyond 2^53). */
export function number(value: unknown): number | null {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : null;
}

export function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** The texts of a list, at most 100; empty where it is no list. */
export function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 100).flatMap((item) => text(item) ?? []);
}

/** The members that are a text, number, boolean, null or list of texts, at most 60: what can be said of an object whose shape nobody published. */
export function plainMembers(object: Members): Record<string, unknown> {
  const entries = Object.entries(object).slice(0, 60);
  return Object.fromEntries(entries.flatMap(([name, value]) => (namePattern.test(name) && name !== '__proto__' ? plain(name, value) : [])));
}

const namePattern = /^[\w.:-]{1,100}$/;

function plain(name: string, value: unknown): [string, unknown][] {
  if (value === null || typeof value === 'boolean') return [[name, value]];
  if (typeof value === 'number') return [[name, number(value)]];
  if (typeof value === 'string') return [[name, text(value)]];
  return Array.isArray(value) ? [[name, texts(value)]] : [];
}

/** An object that a sender wrote as JSON inside a text; without members where it is not that. */
export function membersInText(value: unknown): Members {
  if (typeof value !== 'string' || value.length > 10_000) return {};
  try {
    return members(JSON.parse(value));
  } catch {
    return {};
  }
}

/** How a hostile name is quoted in a message: short, and without anything that would break a line. */
export function quoted(value: string): string {
  return JSON.stringify(value.slice(0, 80).toWellFormed());
}
