import type { Page } from '@etis/contracts/flow';
import { invalidInput } from '../errors.ts';

const defaultLimit = 50;

/** A query with the limit that holds where it names none. */
export function paged<Query extends { limit?: number }>(query: Query): Query & { limit: number } {
  return { ...query, limit: query.limit ?? defaultLimit };
}

/** A cursor as callers get it: nothing to read and nothing to build, and only good for the list that gave it. */
export function encodeCursor(list: string, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url');
}

/** The key of a cursor that `list` gave, with `length` members; undefined without a cursor. @throws CONTROL_INPUT_INVALID */
export function decodeCursor(list: string, cursor: string | undefined, length: number): readonly string[] | undefined {
  if (cursor === undefined) return undefined;
  const [given, ...key] = parsed(cursor) ?? [];
  const texts = key.filter((part): part is string => typeof part === 'string' && part.length <= 500 && !part.includes('\0'));
  if (given !== list || key.length !== length || texts.length !== length)
    throw invalidInput('cursor', 'it is not the "next" of a page of this list');
  return texts;
}

/** The page request of a list whose key is an id. */
export function pageAfterId(list: string, query: { limit?: number; cursor?: string }): { limit: number; cursor?: string } {
  const [cursor] = decodeCursor(list, query.cursor, 1) ?? [];
  const { limit } = paged(query);
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** A page whose `next` is an id, as callers get it. */
export function withCursor<T>(list: string, { items, next }: Page<T>): Page<T> {
  return { items, next: next === null ? null : encodeCursor(list, [next]) };
}

function parsed(cursor: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
