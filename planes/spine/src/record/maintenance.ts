import type { Log } from '@etis/contracts/log';
import { createLoop, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import type { SpineSettings } from '../settings.ts';

const deleteSql = `
with old as (select ctid from digest where seen_at < now() - make_interval(days => $1) limit $2),
gone as (delete from digest where ctid in (select ctid from old) returning 1)
select count(*)::int as count from gone`;

/** Forgets digests that have kept redeliveries out for long enough, a bounded batch at a time. Safe in several processes at once. */
export function createMaintenance(options: { db: SystemDb; log: Log; settings: SpineSettings['maintenance'] }): Service {
  const { db, log, settings } = options;
  return createLoop({
    name: 'spine maintenance',
    log,
    idleMs: settings.everyMs,
    async round() {
      const [row] = await db.statement<{ count: number }>(deleteSql, [settings.digestDays, settings.deleteCount]);
      return row?.count === settings.deleteCount;
    },
  });
}
