import type { EventSummary, SpineQueries } from '@etis/contracts/flow';
import type { SystemDb } from '@etis/postgres';
import { checkedLimit, decimal, decodeCursor, encodeCursor, pageOf } from './page.ts';

interface Row {
  readonly position: string;
  readonly id: string;
  readonly flow_id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string | null;
  readonly tenant_id: string;
  readonly project: string | null;
  readonly time: string;
  readonly accepted_at: Date;
}

const sql = `
select position, id, flow_id, type, source, subject, tenant_id, project, time, accepted_at from event
where ($1::text is null or tenant_id = $1) and ($2::text is null or type = $2) and ($3::bigint is null or position < $3)
order by position desc limit $4`;

function summary(row: Row): EventSummary {
  return {
    id: row.id,
    flow: row.flow_id,
    type: row.type,
    source: row.source,
    subject: row.subject,
    tenant: row.tenant_id,
    project: row.project,
    time: row.time,
    acceptedAt: row.accepted_at.toISOString(),
  };
}

export function createEventsQuery(db: SystemDb): SpineQueries['events'] {
  return async (request) => {
    const limit = checkedLimit(request);
    const [position] = decodeCursor('events', request.cursor, [decimal]) ?? [];
    const { tenant, type } = request;
    // No tenant or type has U+0000 in it, and PostgreSQL would refuse the question.
    if (tenant?.includes('\0') || type?.includes('\0')) return { items: [], next: null };
    const rows = await db.statement<Row>(sql, [tenant ?? null, type ?? null, position ?? null, limit + 1]);
    return pageOf(rows, limit, { item: summary, cursor: (row) => encodeCursor('events', [row.position]) });
  };
}
