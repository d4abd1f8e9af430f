export type Members = Readonly<Record<string, unknown>>;

/** The members of a value; none where it is not an object. */
export function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON of a value; `null` for one that JSON has no word for. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

export function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
