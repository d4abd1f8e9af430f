import type { LaneBatch, LaneEntry } from '@etis/contracts/lanes';
import { sqlState, type Tx } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { OutgoingRow } from './outgoing.ts';

/** What a lane's marks say, read under the lane's lock. */
export interface LaneMark {
  readonly position: bigint;
  /** Highest position handled out of order. */
  readonly parkedThrough: bigint;
}

/**
 * Locks the lane until the transaction ends, then reads its mark: of two deliveries of one lane the second waits here and sees what the first
 * did. The upsert is the lock; its `returning` is the row as it stands after the wait. From here on no statement runs longer than `statementMs`.
 * @throws RUNTIME_LANE_LEFT for a batch from before the lane went to another cluster
 */
export async function lockLane(tx: Tx, batch: LaneBatch, statementMs: number): Promise<LaneMark> {
  const generation = batch.generation ?? 0;
  const rows = await tx.query<{ position: string; parked_through: string; generation: number }>(
    `insert into lane_mark (tenant_id, lane, position, parked_through, generation) values ($1, $2, -1, -1, $4)
     on conflict (tenant_id, lane) do update set generation = greatest(lane_mark.generation, excluded.generation)
     returning position, parked_through, generation, set_config('statement_timeout', $3, true)`,
    [batch.tenant, batch.lane, String(statementMs), generation],
  );
  const row = rows[0];
  if (row === undefined) throw errors.TENANT_CHANGED();
  if (row.generation > generation) throw errors.LANE_LEFT(batch.lane);
  return { position: BigInt(row.position), parkedThrough: BigInt(row.parked_through) };
}

/** The entries that have not been handled yet, in order. */
export async function unhandled(tx: Tx, batch: LaneBatch, mark: LaneMark): Promise<ReadonlySet<LaneEntry>> {
  if (batch.mode === 'parked') return unhandledParked(tx, batch, mark);
  const fresh = batch.entries.filter((entry) => entry.position > mark.position);
  if (fresh.length === 0 || mark.parkedThrough <= mark.position) return new Set(fresh);
  // A delivery that was slow to die can bring an entry that has been parked and handled since.
  const parked = await tx.query<{ position: string }>(
    'select position from parked_mark where tenant_id = $1 and lane = $2 and position = any($3::bigint[])',
    [batch.tenant, batch.lane, fresh.map((entry) => String(entry.position))],
  );
  const handled = new Set(parked.map((row) => BigInt(row.position)));
  return new Set(fresh.filter((entry) => !handled.has(entry.position)));
}

/** A parked entry was handled when its own mark says so, or when the lane's mark passed it and not by a gap. */
async function unhandledParked(tx: Tx, batch: LaneBatch, mark: LaneMark): Promise<ReadonlySet<LaneEntry>> {
  const entry = batch.entries[0];
  if (entry === undefined) return new Set();
  const rows = await tx.query<{ handled: boolean; gap: boolean }>(
    `select exists (select from parked_mark where tenant_id = $1 and lane = $2 and position = $3) as handled,
            exists (select from lane_gap where tenant_id = $1 and lane = $2 and after < $3 and until >= $3) as gap`,
    [batch.tenant, batch.lane, String(entry.position)],
  );
  const seen = rows[0];
  const open = seen !== undefined && !seen.handled && (seen.gap || entry.position > mark.position);
  return new Set(open ? [entry] : []);
}

/** Ids of what the handling of these entries asked for, at an earlier delivery, and the outbox still holds. */
export async function waiting(tx: Tx, batch: LaneBatch, entries: readonly LaneEntry[]): Promise<readonly string[]> {
  if (entries.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    'select id from outbox where tenant_id = $1 and cause_id = any($2::uuid[]) order by position',
    [batch.tenant, entries.map((entry) => entry.event.id)],
  );
  return rows.map((row) => row.id);
}

/**
 * Writes what `entries` leave behind: the mark, the gap that it skipped, and the outbox, in one statement. The mark's row is found only while the
 * transaction's tenant is still the batch's, and row level security refuses the other rows otherwise.
 * @throws RUNTIME_TENANT_CHANGED
 */
export async function keep(tx: Tx, batch: LaneBatch, handled: Handled): Promise<void> {
  const last = handled.entries.at(-1);
  if (last === undefined) return;
  try {
    const rows = await tx.query(keepSql, keepValues(batch, handled, last));
    if (rows.length !== 1) throw errors.TENANT_CHANGED();
  } catch (error) {
    if (sqlState(error) === insufficientPrivilege) throw errors.TENANT_CHANGED.because({ cause: error });
    throw error;
  }
}

/** Writes what a call asked for. @throws RUNTIME_TENANT_CHANGED */
export async function keepOutgoing(tx: Tx, tenant: string, outgoing: readonly OutgoingRow[]): Promise<void> {
  if (outgoing.length === 0) return;
  const rows = await tx.query(keepOutgoingSql, [
    tenant,
    outgoing.map((row) => row.id),
    outgoing.map((row) => row.kind),
    outgoing.map((row) => row.body),
  ]);
  if (rows.length !== outgoing.length) throw errors.TENANT_CHANGED();
}

const keepOutgoingSql = `
  insert into outbox (id, tenant_id, kind, body)
  select id, $1, kind, body from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as asked (id, kind, body, number)
  where current_setting('etis.tenant', true) = $1 order by number
  returning 1`;

/** What is left of entries that were handled. */
interface Handled {
  readonly mark: LaneMark;
  readonly entries: readonly LaneEntry[];
  readonly outgoing: readonly OutgoingRow[];
}

const insufficientPrivilege = '42501';

const keepSql = `
  with mark as (
    update lane_mark set position = greatest(position, $3::bigint), parked_through = greatest(parked_through, $4::bigint)
    where tenant_id = $1 and lane = $2 and current_setting('etis.tenant', true) = $1
    returning 1
  ), parked as (
    insert into parked_mark (tenant_id, lane, position) select $1, $2, $4::bigint where $4::bigint >= 0
  ), gap as (
    insert into lane_gap (tenant_id, lane, after, until) select $1, $2, $5::bigint, $6::bigint where $6::bigint is not null
    on conflict (tenant_id, lane, until) do update set after = least(lane_gap.after, excluded.after)
  ), sent as (
    insert into outbox (id, tenant_id, kind, body, cause_id)
    select id, $1, kind, body, cause_id
    from unnest($7::uuid[], $8::text[], $9::text[], $10::uuid[]) with ordinality as asked (id, kind, body, cause_id, number)
    order by number
    on conflict (id) do nothing
  )
  select 1 from mark`;

function keepValues(batch: LaneBatch, { mark, outgoing }: Handled, last: LaneEntry): readonly unknown[] {
  const parked = batch.mode === 'parked';
  const before = batch.after ?? (batch.entries[0] ?? last).position - 1n;
  const gap = !parked && before > mark.position;
  return [
    batch.tenant,
    batch.lane,
    String(parked ? -1n : last.position),
    String(parked ? last.position : -1n),
    String(mark.position),
    gap ? String(before) : null,
    outgoing.map((row) => row.id),
    outgoing.map((row) => row.kind),
    outgoing.map((row) => row.body),
    outgoing.map((row) => row.cause),
  ];
}
