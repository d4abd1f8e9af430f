import { SourceError } from '@etis/contracts/events';
import { isMembers, number, storable, text } from './members.ts';

/** Deeper than anybody writes, and far from where writing JSON out would run out of stack. */
const wholeDepth = 64;

/**
 * A JSON value as it is, with every text and name made storable. Members called `__proto__` are left out.
 * @throws SourceError `unreadable` for one that is nested deeper than 64 levels.
 */
export function wholeJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === wholeDepth) throw new SourceError('unreadable', `The data is nested deeper than ${wholeDepth} levels.`);
  if (Array.isArray(value)) return value.map((item) => wholeJson(item, depth + 1));
  const members = Object.entries(value).filter(([name]) => name !== '__proto__');
  return Object.fromEntries(members.map(([name, member]) => [storable(name), wholeJson(member, depth + 1)]));
}

/** How much of a value a copy may hold, and how the names of its members are written. */
export interface ExtractOptions {
  /** Values of any type, default 500. */
  readonly values?: number;
  /** Characters of each text, default 1,000. */
  readonly textLength?: number;
  /** `camelCase` turns `phone_number_id` into `phoneNumberId` and writes the numbers of members that are ids as texts. Default `kept`. */
  readonly names?: 'camelCase' | 'kept';
}

const extractDepth = 12;

/**
 * As much of a JSON value of unknown shape as fits: what lies deeper than 12 levels is null, what comes after the last value that fits is left
 * out, and long texts are cut. Everything in it is storable. Never throws.
 */
export function jsonExtract(value: unknown, { values = 500, textLength = 1_000, names = 'kept' }: ExtractOptions = {}): unknown {
  let left = values;

  function copy(item: unknown, depth: number): unknown {
    left -= 1;
    if (typeof item === 'string') return text(item, textLength);
    if (typeof item === 'number') return number(item);
    if (Array.isArray(item)) return depth === extractDepth ? null : copyList(item, depth + 1);
    if (isMembers(item)) return depth === extractDepth ? null : copyMembers(item, depth + 1);
    return typeof item === 'boolean' ? item : null;
  }

  function copyList(list: readonly unknown[], depth: number): unknown[] {
    const copied: unknown[] = [];
    for (const item of list) {
      if (left <= 0) break;
      copied.push(copy(item, depth));
    }
    return copied;
  }

  function copyMembers(object: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
    const copied: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(object)) {
      if (left <= 0) break;
      const written = names === 'camelCase' ? camelCase(name) : name;
      if (!namePattern.test(written) || written === '__proto__') continue;
      copied[written] = names === 'camelCase' && isId(name) ? copyId(member, depth) : copy(member, depth);
    }
    return copied;
  }

  /** An id stays one whether it was written as a text, as a number, or in a list. */
  function copyId(member: unknown, depth: number): unknown {
    const ids = Array.isArray(member) ? member.map(idText) : idText(member);
    return copy(ids, depth);
  }

  return copy(value, 0);
}

const namePattern = /^[\w.:-]{1,100}$/;

function camelCase(name: string): string {
  return name.replace(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

function isId(name: string): boolean {
  return /(^|_)ids?$/.test(name);
}

function idText(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
}
