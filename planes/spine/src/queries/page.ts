import type { Page, PageRequest } from '@etis/contracts/flow';
import { errors } from '../errors.ts';

/** Where a page ends: the values of the order's columns, as decimal or plain text. */
export type Mark = readonly string[];

const maxCursorLength = 400;

export function encodeCursor(list: string, mark: Mark): string {
  return Buffer.from(JSON.stringify([list, ...mark]), 'utf8').toString('base64url');
}

/** The mark of a cursor that `list` gave; undefined without a cursor. `shape` says what each value must look like. @throws SPINE_CURSOR_MALFORMED */
export function decodeCursor(list: string, cursor: string | undefined, shape: readonly RegExp[]): Mark | undefined {
  if (cursor === undefined) return undefined;
  const values = cursor.length > maxCursorLength ? undefined : parsed(cursor);
  const [given, ...mark] = values ?? [];
  const fits =
    given === list && mark.length === shape.length && mark.every((value, index) => typeof value === 'string' && shape[index]?.test(value));
  if (!fits) throw errors.CURSOR_MALFORMED();
  return mark as Mark;
}

function parsed(cursor: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A decimal bigint as PostgreSQL reads it: up to 18 digits always fit. */
export const decimal = /^\d{1,18}$/;

/** @throws SPINE_LIMIT_MALFORMED */
export function checkedLimit({ limit }: PageRequest): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw errors.LIMIT_MALFORMED();
  return limit;
}

/** A page of rows that were read with one row more than `limit`, which only tells that there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  make: { readonly item: (row: Row) => Item; readonly cursor: (row: Row) => string },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(make.item), next: rows.length > limit && last !== undefined ? make.cursor(last) : null };
}

/**
 * A page of rows that were found in a bounded piece of a list. `end` is the cursor of the piece's end, null where the list ends with it: the
 * next page goes on there when this one did not fill up.
 */
export function pageOfPiece<Row, Item>(
  rows: readonly Row[],
  limit: number,
  make: { readonly item: (row: Row) => Item; readonly cursor: (row: Row) => string; readonly end: string | null },
): Page<Item> {
  const page = pageOf(rows, limit, make);
  return page.next === null ? { ...page, next: make.end } : page;
}
