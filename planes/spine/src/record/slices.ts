import type { Log } from '@etis/contracts/log';
import { backoff, type Clock } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import type { SpineSettings } from '../settings.ts';

/** The record is dropped by these parts of the time that it is kept: what is kept goes at the latest an eighth of that later. */
export const slicesKept = 8;

const dayMs = 86_400_000;
/** How often a slice that is in use is tried before the next round. */
const mostTries = 5;

const lastSql = 'select n, began_at from slice order by n desc limit 1';
const beginSql = 'select slice_begin($1::bigint, $2::timestamptz) as n';
// The second one began when the first one ended.
const oldestSql = 'select n, lead(began_at) over (order by n) as ended_at from slice order by n limit 1';
const waitingSql = 'select slice_keep_waiting($1::bigint, $2::bigint, $3) as next';
const unmatchedSql = 'select slice_keep_unmatched($1::bigint, $2::bigint, $3) as next';
const dropSql = 'select slice_drop($1::bigint) as hindrance';

/** The slices of the record as maintenance sees them. Everything may be done by several processes at once, and be left off at any point. */
export interface Slices {
  /** Begins the next slice where the one that is written to has had its time. */
  begin(): Promise<void>;
  /** Drops the oldest slice where it is older than the record is kept; what is needed of it stays. Resolves to whether it did. */
  drop(signal: AbortSignal): Promise<boolean>;
}

export function createSlices(options: { db: SystemDb; clock: Clock; log: Log; settings: SpineSettings['maintenance'] }): Slices {
  const { db, clock, log, settings } = options;
  const keepMs = settings.keepDays * dayMs;

  /** Copies what is needed, in batches, so that no transaction is long. Done again from the start it copies nothing twice. */
  async function keep(slice: string, signal: AbortSignal): Promise<void> {
    for (const sql of [waitingSql, unmatchedSql]) {
      let after: string | null = '0';
      while (after !== null) {
        signal.throwIfAborted();
        const rows: readonly { next: string | null }[] = await db.statement(sql, [slice, after, settings.keepCount]);
        after = rows[0]?.next ?? null;
      }
    }
  }

  return {
    async begin() {
      const [last] = await db.statement<{ n: string; began_at: Date }>(lastSql);
      if (last === undefined || clock.now() - last.began_at.getTime() < keepMs / slicesKept) return;
      await db.statement(beginSql, [last.n, new Date(clock.now()).toISOString()]);
    },

    async drop(signal) {
      const [oldest] = await db.statement<{ n: string; ended_at: Date | null }>(oldestSql);
      if (oldest === undefined || oldest.ended_at === null || clock.now() - oldest.ended_at.getTime() < keepMs) return false;
      await keep(oldest.n, signal);
      for (let attempt = 1; attempt <= mostTries && !signal.aborted; attempt += 1) {
        const [done] = await db.statement<{ hindrance: string | null }>(dropSql, [oldest.n]);
        if (done?.hindrance === null) {
          log.info({ slice: oldest.n, endedAt: oldest.ended_at }, 'a slice of the record was dropped');
          return true;
        }
        if (done?.hindrance !== 'busy') {
          log.warn({ slice: oldest.n, hindrance: done?.hindrance }, 'a slice of the record is older than it is kept and cannot go yet');
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt, { base: 50, cap: 1_000 })));
      }
      return false;
    },
  };
}
