import type { Page, PageRequest } from '@etis/contracts/flow';
import type { Replay, ReplaySelection, ReplayState, ReplayTarget } from '@etis/contracts/replays';
import { isUuid } from '@etis/kernel';
import type { SystemDb, SystemTx } from '@etis/postgres';
import { checkedLimit, decodeCursor, encodeCursor, pageOf } from '../queries/page.ts';
import { type EventRow, eventColumns } from '../record/event-row.ts';

/** A replay as it is kept. */
export interface ReplayRow {
  readonly id: string;
  readonly state: ReplayState;
  readonly selection: ReplaySelection;
  readonly target: ReplayTarget;
  readonly reason: string;
  readonly per_second: number;
  readonly first_position: string;
  readonly position: string;
  readonly last_position: string;
  readonly replayed: string;
  readonly unplaced: string;
  readonly error: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

export interface PositionedEvent extends EventRow {
  readonly position: string;
  readonly accepted_at: Date;
}

const columns =
  'id, state, selection, target, reason, per_second, first_position, position, last_position, replayed, unplaced, error, started_at, ended_at';

/** `$1` to `$5`: from, to, tenant, flow and event; each null where the selection leaves it out. */
const meant = `ev.replay_of is null and ($1::timestamptz is null or ev.accepted_at >= $1) and ($2::timestamptz is null or ev.accepted_at < $2)
  and ($3::text is null or ev.tenant_id = $3) and ($4::uuid is null or ev.flow_id = $4) and ($5::uuid is null or ev.id = $5)`;
const boundsSql = `select min(ev.position) as first, max(ev.position) as last from event ev where ${meant}`;
// A piece of the record by its key, so that one which holds nothing of what is meant costs no more than another.
const pieceSql = `
with piece as (select * from event where position > $6 and position <= $7 order by position limit $8)
select (select max(position) from piece) as until, ev.position, ${eventColumns}, ev.accepted_at
from (select) one left join (select * from piece ev where ${meant}) ev on true order by ev.position`;
const insertSql = `
insert into replay (id, selection, target, reason, per_second, first_position, position, last_position)
values ($1, $2, $3, $4, $5, $6, $6, $7) returning ${columns}`;
const leaseSql = `
update replay set owner = $1, leased_until = clock_timestamp() + $2 * interval '1 millisecond'
where id = (
  select id from replay where state = 'running' and (owner = $1 or leased_until is null or leased_until < clock_timestamp())
  order by started_at, id limit 1 for update skip locked
) returning ${columns}`;
const advanceSql = `
update replay set position = $3, replayed = replayed + $4, unplaced = unplaced + $5, leased_until = clock_timestamp() + $6 * interval '1 millisecond',
  state = case when $3::bigint >= last_position then 'done' else state end, ended_at = case when $3::bigint >= last_position then clock_timestamp() end
where id = $1 and owner = $2 and state = 'running'`;
const endSql = `update replay set state = $2, error = $3, ended_at = clock_timestamp() where id = $1 and state = 'running' returning id`;
const oneSql = `select ${columns} from replay where id = $1`;
const listSql = `
select ${columns} from replay where ($1::timestamptz is null or (date_trunc('milliseconds', started_at), id) < ($1, $2::uuid))
order by date_trunc('milliseconds', started_at) desc, id desc limit $3`;

export interface Bounds {
  readonly first: bigint;
  readonly last: bigint;
}

/** What replays keep, and the part of the record that they read. */
export function createReplayStore(db: SystemDb) {
  const selected = ({ from, to, tenant, flow, event }: ReplaySelection) => [
    from ?? null,
    to ?? null,
    tenant ?? null,
    flow ?? null,
    event ?? null,
  ];
  return {
    /** From where to where the record holds what may be meant; null where it holds nothing. */
    async bounds(selection: ReplaySelection): Promise<Bounds | null> {
      const [row] = await db.statement<{ first: string | null; last: string | null }>(boundsSql, selected(selection));
      return row?.first == null || row.last === null ? null : { first: BigInt(row.first) - 1n, last: BigInt(row.last) };
    },
    /** What may be meant in the next piece of the record, and where that ends; null behind the last one. */
    async piece(selection: ReplaySelection, given: { after: bigint; last: bigint; limit: number }) {
      const { after, last, limit } = given;
      const rows = await db.statement<PositionedEvent & { until: string | null }>(pieceSql, [
        ...selected(selection),
        String(after),
        String(last),
        limit,
      ]);
      const until = rows[0]?.until ?? null;
      return until === null ? null : { until: BigInt(until), events: rows.filter(({ id }) => id !== null) };
    },
    async insert(
      tx: SystemTx,
      given: Pick<ReplayRow, 'id' | 'selection' | 'target' | 'reason' | 'per_second'>,
      bounds: Bounds,
    ): Promise<ReplayRow> {
      const { id, selection, target, reason, per_second: perSecond } = given;
      const values = [id, JSON.stringify(selection), JSON.stringify(target), reason, perSecond, String(bounds.first), String(bounds.last)];
      const [row] = await tx.query<ReplayRow>(insertSql, values);
      if (row === undefined) throw new Error('a row that was inserted did not come back');
      return row;
    },
    /** The one to go on with; undefined where none is running or others are at all of them. */
    async lease(owner: string, leaseMs: number): Promise<ReplayRow | undefined> {
      return (await db.statement<ReplayRow>(leaseSql, [owner, leaseMs]))[0];
    },
    async advance(given: { id: string; owner: string; until: bigint; replayed: number; unplaced: number; leaseMs: number }): Promise<void> {
      const { id, owner, until, replayed, unplaced, leaseMs } = given;
      await db.statement(advanceSql, [id, owner, String(until), replayed, unplaced, leaseMs]);
    },
    async fail(id: string, error: string): Promise<void> {
      await db.statement(endSql, [id, 'failed', error]);
    },
    async cancel(tx: SystemTx, id: string): Promise<boolean> {
      return (await tx.query(endSql, [id, 'cancelled', null])).length > 0;
    },
    async one(id: string): Promise<ReplayRow | undefined> {
      return isUuid(id) ? (await db.statement<ReplayRow>(oneSql, [id]))[0] : undefined;
    },
    async list(request: PageRequest): Promise<Page<Replay>> {
      const limit = checkedLimit(request);
      const [at, id] = decodeCursor('replays', request.cursor, [/^\d{4}-[\d:.TZ-]+$/, /^[0-9a-f-]{36}$/]) ?? [];
      const rows = await db.statement<ReplayRow>(listSql, [at ?? null, id ?? null, limit + 1]);
      return pageOf(rows, limit, { item: replayOf, cursor: (row) => encodeCursor('replays', [row.started_at.toISOString(), row.id]) });
    },
  };
}

export type ReplayStore = ReturnType<typeof createReplayStore>;

export function replayOf(row: ReplayRow): Replay {
  const [first, at, last] = [row.first_position, row.position, row.last_position].map(BigInt) as [bigint, bigint, bigint];
  return {
    id: row.id,
    state: row.state,
    selection: row.selection,
    target: row.target,
    reason: row.reason,
    perSecond: row.per_second,
    progress: last === first ? 1 : Math.min(1, Number(at - first) / Number(last - first)),
    replayed: Number(row.replayed),
    unplaced: Number(row.unplaced),
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    error: row.error,
  };
}
