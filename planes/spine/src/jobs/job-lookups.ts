import type { JobDetail, JobState, JobSummary } from '@etis/contracts/jobs';
import type { SpineBacklog, SpineLookups } from '@etis/contracts/operations';
import { isUuid } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { checkedLimit, decodeCursor, encodeCursor, pageOfPiece } from '../queries/page.ts';

interface SummaryRow {
  readonly id: string;
  readonly kind: string;
  readonly tenant_id: string;
  readonly shown_state: JobState;
  readonly priority: number;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly progress: number | null;
  readonly note: string | null;
  readonly error: string | null;
  readonly flow_id: string;
  readonly created_at: Date;
  readonly due_at: Date;
  readonly changed_at: Date;
}

interface DetailRow extends SummaryRow {
  readonly cause_id: string | null;
  readonly payload: string;
  readonly result: string | null;
}

/** How much of the record one page looks through. */
const pieceSize = 20_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// What a lease and the time make of a ready job is no state of the row.
const shownState = `case when j.state <> 'ready' then j.state when j.leased_until > now() then 'leased' when j.due_at > now() then 'scheduled' else 'ready' end`;
const columns = `j.id, j.kind, j.tenant_id, ${shownState} as shown_state, j.priority, j.attempts, j.max_attempts, j.progress, j.note, j.error, j.flow_id,
  j.created_at, j.due_at, greatest(j.updated_at, j.leased_at) as changed_at`;

// Ids begin with the time, so their order is that of asking. The piece is bounded before anything is filtered: a rare state costs as much as a common one.
const pageSql = `
with piece as (
  select j.id, j.kind, ${shownState} as shown_state from job j
  where ($1::text is null or j.tenant_id = $1) and ($2::uuid is null or j.id < $2)
  order by j.id desc limit ${pieceSize}
), ending as (select min(id::text)::uuid as id, count(*)::int as size from piece), found as (
  select p.id from piece p where ($3::text is null or p.kind = $3) and ($4::text is null or p.shown_state = $4)
  order by p.id desc limit $5
)
select f.*, e.id as piece_end, e.size as piece_size
from ending e left join (select ${columns} from job j where j.id in (select id from found)) f on true
order by f.id desc`;

const oneSql = `select ${columns}, j.cause_id, j.payload, j.result from job j where j.id = $1::uuid`;

const mostCounted = 10_000;
const openSql = `
select count(*)::int as count from (
  select from job j where j.state = 'ready' and ($1::text is null or j.tenant_id = $1) and ($2::text is null or j.kind = $2)
    and ($3::text is null or j.report_to = $3) limit $4
) n`;

function summary(row: SummaryRow): JobSummary {
  return {
    id: row.id,
    kind: row.kind,
    tenant: row.tenant_id,
    state: row.shown_state,
    priority: row.priority,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    progress: row.progress === null ? null : { done: row.progress, note: row.note ?? '' },
    error: row.error,
    flow: row.flow_id,
    createdAt: row.created_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    updatedAt: row.changed_at.toISOString(),
  };
}

function detail(row: DetailRow): JobDetail {
  return {
    ...summary(row),
    cause: row.cause_id,
    payload: JSON.parse(row.payload) as unknown,
    result: row.result === null ? null : (JSON.parse(row.result) as unknown),
  };
}

/** What people may ask about jobs. A page is read from a bounded piece of the record, as a page of events is. */
export function createJobLookups(db: SystemDb): Pick<SpineLookups, 'jobs' | 'job'> & SpineBacklog {
  return {
    async jobs(request) {
      const limit = checkedLimit(request);
      const [id] = decodeCursor('jobs', request.cursor, [uuid]) ?? [];
      const { tenant, kind, state } = request;
      // Nothing in the record has U+0000 in it, and PostgreSQL would refuse the question.
      if (tenant?.includes('\0') || kind?.includes('\0')) return { items: [], next: null };
      const rows = await db.statement<SummaryRow & { piece_end: string | null; piece_size: number }>(pageSql, [
        tenant ?? null,
        id ?? null,
        kind ?? null,
        state ?? null,
        limit + 1,
      ]);
      const end = (rows[0]?.piece_size ?? 0) < pieceSize ? null : (rows[0]?.piece_end ?? null);
      return pageOfPiece(
        rows.filter((row) => row.id !== null),
        limit,
        {
          item: summary,
          cursor: (row) => encodeCursor('jobs', [row.id]),
          end: end === null ? null : encodeCursor('jobs', [end]),
        },
      );
    },
    async job(id) {
      if (!isUuid(id)) return null;
      const [row] = await db.statement<DetailRow>(oneSql, [id]);
      return row === undefined ? null : detail(row);
    },
    async openJobs({ tenant, kind, product }) {
      if ([tenant, kind, product].some((word) => word?.includes('\0'))) return 0;
      const [row] = await db.statement<{ count: number }>(openSql, [tenant ?? null, kind ?? null, product ?? null, mostCounted]);
      return row?.count ?? 0;
    },
  };
}
