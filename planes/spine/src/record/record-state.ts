import type { RecordState, SpineLookups } from '@etis/contracts/operations';
import type { SystemDb } from '@etis/postgres';
import type { SpineSettings } from '../settings.ts';
import { readFill } from './record-bound.ts';

interface SliceRow {
  readonly n: string;
  readonly began_at: Date;
}

const slicesSql = 'select n, began_at from slice order by n';
const tablesSql = 'select name, bytes, rows from record_tables()';

/** What the record takes and how long it is kept; reads sizes and estimates, and no row of a large table. */
export function createRecordLookup(options: { db: SystemDb; settings: SpineSettings['maintenance'] }): SpineLookups['record'] {
  const { db, settings } = options;
  return async (): Promise<RecordState> => {
    const [fill, slices, tables] = await Promise.all([
      readFill(db),
      db.statement<SliceRow>(slicesSql),
      db.statement<{ name: string; bytes: string; rows: string }>(tablesSql),
    ]);
    const rowsOf = (table: string) => Number(tables.find(({ name }) => name === table)?.rows ?? 0);
    const events = rowsOf('event');
    const perEvent = (bytes: number) => (events === 0 ? null : Math.round(bytes / events));
    const ended = slices[1]?.began_at;
    const { keepDays, unmatchedDays, digestDays } = settings;
    return {
      ...fill,
      events,
      deliveries: rowsOf('inbox'),
      bytesPerEvent: perEvent(tables.reduce((sum, { bytes }) => sum + Number(bytes), 0)),
      keptSince: (slices[0]?.began_at ?? new Date(0)).toISOString(),
      keepDays,
      unmatchedDays,
      digestDays,
      nextDropAt: ended === undefined ? null : new Date(ended.getTime() + keepDays * 86_400_000).toISOString(),
      slices: slices.map(({ n, began_at: began }) => ({ number: Number(n), beganAt: began.toISOString() })),
      tables: tables.map(({ name, bytes, rows }) => ({
        name,
        bytes: Number(bytes),
        rows: Number(rows),
        bytesPerEvent: perEvent(Number(bytes)),
      })),
    };
  };
}
