import type { EventDetail, EventFilter, EventSummary, PageRequest, SpineQueries } from '@etis/contracts/flow';
import type { SpineLookups } from '@etis/contracts/operations';
import { isUuid } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type EventRow, eventColumns } from '../record/event-row.ts';
import { refuseIfDropped } from '../record/no-longer-kept.ts';
import { checkedLimit, decimal, decodeCursor, encodeCursor, pageOfPiece } from './page.ts';

interface Row extends EventRow {
  readonly position: string;
  readonly accepted_at: Date;
}

/** How much of the record one page looks through. */
const pieceSize = 20_000;

// The piece is bounded before anything is filtered: a rare text costs as much as a common one. Its end comes with the first row, or alone.
const sql = `
with piece as (
  select * from event where ($1::text is null or tenant_id = $1) and ($2::bigint is null or position < $2)
  order by position desc limit ${pieceSize}
), ending as (select min(position) as position, count(*)::int as size from piece), found as (
  select ev.position, ${eventColumns}, ev.accepted_at from piece ev
  where ($3::text is null or ev.type = $3) and ($4::text is null or starts_with(ev.type, $4)) and ($5::text is null or ev.subject = $5)
    and ($6::timestamptz is null or ev.routed_at >= $6) and ($7::timestamptz is null or ev.routed_at < $7)
    and ($8::text is null or ev.data ilike $8)
  order by ev.position desc limit $9
)
select f.*, e.position as piece_end, e.size as piece_size from ending e left join found f on true order by f.position desc`;

const oneSql = `select ev.position, ${eventColumns}, ev.accepted_at from event ev where ev.id = $1::uuid`;

export function summaryOf(row: EventRow & { readonly accepted_at: Date }): EventSummary {
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

function detail(row: Row): EventDetail {
  const { region, hop, traceparent } = row;
  return {
    ...summaryOf(row),
    region,
    hop,
    traceparent,
    cause: row.cause_id,
    replayOf: row.replay_of,
    data: JSON.parse(row.data) as unknown,
  };
}

/** Data is kept as JSON text, so the text looked for is written as JSON writes it, and its wildcards are taken literally. */
function pattern(text: string): string {
  const inJson = JSON.stringify(text).slice(1, -1);
  return `%${inJson.replace(/[\\%_]/g, '\\$&')}%`;
}

function checkedFilter({ type, subject, from, to, text }: EventFilter): readonly unknown[] {
  for (const [name, time] of Object.entries({ from, to })) {
    if (time !== undefined && Number.isNaN(Date.parse(time))) throw errors.FILTER_MALFORMED(name, 'it is not a time as RFC 3339 writes it');
  }
  if (text !== undefined && (text.length < 3 || text.length > 100)) throw errors.FILTER_MALFORMED('text', 'it has not 3 to 100 characters');
  const prefix = type?.endsWith('.*') === true ? type.slice(0, -1) : undefined;
  const exact = prefix === undefined ? type : undefined;
  return [exact ?? null, prefix ?? null, subject ?? null, from ?? null, to ?? null, text === undefined ? null : pattern(text)];
}

export function createEventsQuery(db: SystemDb): SpineQueries['events'] {
  return async (request: PageRequest & EventFilter) => {
    const limit = checkedLimit(request);
    const [position] = decodeCursor('events', request.cursor, [decimal]) ?? [];
    const filter = checkedFilter(request);
    // Nothing in the record has U+0000 in it, and PostgreSQL would refuse the question.
    if (Object.values(request).some((value) => typeof value === 'string' && value.includes('\0'))) return { items: [], next: null };
    const rows = await db.statement<Row & { piece_end: string | null; piece_size: number }>(sql, [
      request.tenant ?? null,
      position ?? null,
      ...filter,
      limit + 1,
    ]);
    const end = (rows[0]?.piece_size ?? 0) < pieceSize ? null : (rows[0]?.piece_end ?? null);
    const found = rows.filter((row) => row.id !== null);
    return pageOfPiece(found, limit, {
      item: summaryOf,
      cursor: (row) => encodeCursor('events', [row.position]),
      end: end === null ? null : encodeCursor('events', [end]),
    });
  };
}

export function createEventLookup(db: SystemDb): SpineLookups['event'] {
  return async (id) => {
    if (!isUuid(id)) return null;
    const [row] = await db.statement<Row>(oneSql, [id]);
    if (row !== undefined) return detail(row);
    await refuseIfDropped(db, 'event', id);
    return null;
  };
}
