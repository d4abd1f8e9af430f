import type { LaneEntry } from '@etis/contracts/lanes';
import type { ProductId, TenantId } from '@etis/contracts/tenancy';
import { uuidv7 } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { type EventRow, platformEvent } from '../record/event-row.ts';
import { advanceSql, claimOrderedSql, claimParkedSql, pendingSql, releaseSql, renewSql, settleParkedSql } from './sql.ts';

export interface Lane {
  readonly id: string;
  readonly name: string;
  readonly tenant: TenantId;
  readonly product: ProductId;
}

/** A lane with entries after its position, with parked entries that are due, or with both. */
export interface PendingLane extends Lane {
  readonly ordered: boolean;
  readonly parked: boolean;
}

/** The fenced lease of one turn. `attempts` is what was counted for this delivery, the first is 1. */
export interface Claim {
  readonly lane: Lane;
  readonly token: string;
  readonly attempts: number;
  readonly refusals: number;
  /** The lane's position before the entries; undefined for a parked entry, which is out of order. */
  readonly after: bigint | undefined;
  readonly entries: readonly LaneEntry[];
}

/** At most so many entries, and none that was routed after `until` (epoch milliseconds). */
export interface ClaimBounds {
  readonly limit: number;
  readonly until: number | null;
}

/** The first and last entry that had their effect, and the ids of what they asked for that may still be on its way. */
interface Handled {
  readonly from: bigint;
  readonly to: bigint;
  readonly outgoing: readonly string[] | undefined;
}

export interface Aside {
  readonly position: bigint;
  readonly state: 'parked' | 'dead';
  readonly attempts: number;
  readonly error: string;
  readonly delayMs: number;
}

/** The lanes as the dispatcher sees them. Whatever ends a turn resolves to false, and changed nothing, where its lease was lost. */
export interface LaneStore {
  pending(skip: readonly string[], limit: number): Promise<readonly PendingLane[]>;
  claimOrdered(lane: Lane, bounds: ClaimBounds): Promise<Claim | undefined>;
  claimParked(lane: Lane): Promise<Claim | undefined>;
  /** Moves the lane on to `to`; `aside` is the entry that failed. */
  advance(claim: Claim, step: { to: bigint; handled?: Handled; aside?: Aside }): Promise<boolean>;
  /** Leaves the lane where it is. `uncounted` gives the attempt back. */
  release(claim: Claim, step: { uncounted: boolean; refusals: number; delayMs: number }): Promise<boolean>;
  /** Ends the turn of a parked entry; `laneDelayMs` keeps the whole lane waiting. */
  settleParked(claim: Claim, step: ParkedStep): Promise<boolean>;
  /** Resolves to the tokens that are still held. */
  renew(tokens: readonly string[]): Promise<ReadonlySet<string>>;
}

interface ParkedStep {
  readonly position: bigint;
  readonly state: 'parked' | 'handled' | 'dead';
  readonly error: string | null;
  readonly outgoing: readonly string[] | undefined;
  readonly uncounted: boolean;
  readonly delayMs: number;
  readonly refusals: number;
  readonly laneDelayMs: number;
}

interface ClaimRow extends EventRow {
  readonly attempts: number | null;
  readonly refusals: number;
  readonly after: string | null;
  readonly position: string | null;
}

function claimOf(lane: Lane, token: string, rows: readonly ClaimRow[]): Claim | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const entries = rows.flatMap((row) => (row.position === null ? [] : [{ position: BigInt(row.position), event: platformEvent(row) }]));
  const after = first.after === null ? undefined : BigInt(first.after);
  return { lane, token, attempts: first.attempts ?? 0, refusals: first.refusals, after, entries };
}

export function createLaneStore(options: {
  db: SystemDb;
  owner: string;
  settings: { readonly leaseMs: number; readonly batchBytes: number };
}): LaneStore {
  const { db, owner, settings } = options;

  async function changed(sql: string, values: readonly unknown[]): Promise<boolean> {
    return (await db.statement(sql, values)).length > 0;
  }

  return {
    async pending(skip, limit) {
      const rows = await db.statement<{ id: string; name: string; tenant_id: string; product: string; ordered: boolean; parked: boolean }>(
        pendingSql,
        [skip, owner, limit],
      );
      return rows.map(({ tenant_id: tenant, ...lane }) => ({ ...lane, tenant }));
    },

    async claimOrdered(lane, { limit, until }) {
      const token = uuidv7();
      const values = [lane.id, owner, token, settings.leaseMs, limit, settings.batchBytes, until];
      return claimOf(lane, token, await db.statement<ClaimRow>(claimOrderedSql, values));
    },

    async claimParked(lane) {
      const token = uuidv7();
      return claimOf(lane, token, await db.statement<ClaimRow>(claimParkedSql, [lane.id, owner, token, settings.leaseMs]));
    },

    advance: ({ lane, token, attempts }, { to, handled, aside }) =>
      changed(advanceSql, [
        lane.id,
        token,
        String(to),
        handled === undefined ? null : String(handled.from),
        handled === undefined ? null : String(handled.to),
        attempts,
        aside === undefined ? null : String(aside.position),
        aside?.state ?? null,
        aside?.attempts ?? null,
        aside?.error ?? null,
        aside?.delayMs ?? null,
        handled?.outgoing ?? null,
      ]),

    release: ({ lane, token }, { uncounted, refusals, delayMs }) => changed(releaseSql, [lane.id, token, uncounted, refusals, delayMs]),

    settleParked: ({ lane, token }, step) =>
      changed(settleParkedSql, [
        lane.id,
        token,
        String(step.position),
        step.state,
        step.error,
        step.uncounted,
        step.refusals,
        step.laneDelayMs,
        step.delayMs,
        step.outgoing ?? null,
      ]),

    async renew(tokens) {
      const rows = await db.statement<{ token: string }>(renewSql, [tokens, settings.leaseMs]);
      return new Set(rows.map((row) => row.token));
    },
  };
}
