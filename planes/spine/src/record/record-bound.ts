import type { Log } from '@etis/contracts/log';
import type { RecordFill } from '@etis/contracts/operations';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import type { SpineSettings } from '../settings.ts';

/** Resolves to how many bytes are free where the database keeps its data; null where that is not known, as with a server elsewhere. */
export type FreeBytes = () => Promise<number | null>;

const measureSql = `
select sum(pg_total_relation_size(c.oid))::bigint as bytes
from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'`;
const noteSql = `
update record_bound set bytes = $1::bigint, bound = $2::bigint, measured_at = $3::timestamptz
from (select is_full from record_bound) before
returning before.is_full as was_full, record_bound.is_full`;
const readSql = 'select bytes, bound, measured_at from record_bound';

/** The least of what was set and what the disk has room for. Free bytes that are held in reserve let running work end. */
export function boundOf(bytes: number, free: number | null, { maxBytes, reserveBytes }: SpineSettings['maintenance']): number | null {
  const room = free === null ? null : Math.max(0, bytes + free - reserveBytes);
  if (maxBytes === null || room === null) return maxBytes ?? room;
  return Math.min(maxBytes, room);
}

/** Measures the record now and then, and notes it where whoever appends looks: past its bound nothing new is taken, in any process. */
export function createRecordBound(options: {
  db: SystemDb;
  clock: Clock;
  log: Log;
  freeBytes: FreeBytes;
  settings: SpineSettings['maintenance'];
}): Service {
  const { db, clock, log, freeBytes, settings } = options;
  return createLoop({
    name: 'spine record bound',
    log,
    idleMs: settings.measureMs,
    async round() {
      const [measured] = await db.statement<{ bytes: string }>(measureSql);
      const bytes = Number(measured?.bytes ?? 0);
      const bound = boundOf(bytes, await freeBytes(), settings);
      const [noted] = await db.statement<{ was_full: boolean; is_full: boolean }>(noteSql, [
        bytes,
        bound,
        new Date(clock.now()).toISOString(),
      ]);
      if (noted !== undefined && noted.is_full !== noted.was_full) {
        if (noted.is_full) log.error({ bytes, bound }, 'the record is full; nothing new is taken until it is smaller or may be larger');
        else log.warn({ bytes, bound }, 'the record is not full any more');
      }
      return false;
    },
  });
}

export async function readFill(db: SystemDb): Promise<RecordFill> {
  const [row] = await db.statement<{ bytes: string; bound: string | null; measured_at: Date | null }>(readSql);
  return {
    bytes: Number(row?.bytes ?? 0),
    bound: row?.bound === null || row === undefined ? null : Number(row.bound),
    measuredAt: row?.measured_at?.toISOString() ?? null,
  };
}
