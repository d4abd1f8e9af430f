import { type Static, schema } from '@etis/runtime/sdk';
import { errors } from './errors.ts';

/** The members of a page's input; a list may add filters of its own. */
export const pageMembers = {
  limit: schema.Optional(schema.Integer({ minimum: 1, maximum: 200 })),
  cursor: schema.Optional(schema.String({ maxLength: 20 })),
};
export const pageInput = schema.Object(pageMembers, { additionalProperties: false });

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null on the last page. */
  readonly next: string | null;
}

/**
 * One page, newest first, 50 items unless asked otherwise. `read` gives at most `limit` rows with positions below `before`, the highest first.
 * @throws NUDGE_CURSOR_MALFORMED
 */
export async function pageOf<Row extends { position: string }, Item>(
  { limit = 50, cursor = null }: { limit?: Static<typeof pageInput>['limit']; cursor?: string | null },
  read: (range: { before: string | null; limit: number }) => Promise<readonly Row[]>,
  itemOf: (row: Row) => Item,
): Promise<Page<Item>> {
  if (cursor !== null && !/^[1-9][0-9]{0,17}$/.test(cursor)) throw errors.CURSOR_MALFORMED();
  const rows = await read({ before: cursor, limit: limit + 1 });
  const items = rows.slice(0, limit);
  return { items: items.map(itemOf), next: rows.length > limit ? (items.at(-1)?.position ?? null) : null };
}
