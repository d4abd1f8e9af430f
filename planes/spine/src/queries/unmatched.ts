import type { SpineQueries } from '@etis/contracts/flow';
import type { SystemDb } from '@etis/postgres';
import { checkedLimit, decimal, decodeCursor, encodeCursor, pageOf } from './page.ts';

interface Row {
  readonly id: string;
  readonly delivery_id: string;
  readonly connection_id: string;
  readonly reason: string;
  readonly detail: string;
  readonly at: Date;
}

const sql = `
select id, delivery_id, connection_id, reason, detail, at from unmatched
where ($1::text is null or tenant_id = $1) and ($2::bigint is null or id < $2)
order by id desc limit $3`;

/** For a tenant, only what is known to concern it: what nobody could place is for the operator to see. */
export function createUnmatchedQuery(db: SystemDb): SpineQueries['unmatched'] {
  return async (request) => {
    const limit = checkedLimit(request);
    const [id] = decodeCursor('unmatched', request.cursor, [decimal]) ?? [];
    if (request.tenant?.includes('\0')) return { items: [], next: null };
    const rows = await db.statement<Row>(sql, [request.tenant ?? null, id ?? null, limit + 1]);
    return pageOf(rows, limit, {
      item: (row) => ({
        delivery: row.delivery_id,
        connection: row.connection_id,
        reason: row.reason,
        detail: row.detail,
        at: row.at.toISOString(),
      }),
      cursor: (row) => encodeCursor('unmatched', [row.id]),
    });
  };
}
