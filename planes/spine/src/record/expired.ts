import type { Clock } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import type { SpineSettings } from '../settings.ts';

const dayMs = 86_400_000;

// Each takes the time before which things are forgotten and how many at most.
const digestsSql = `
with old as (select ctid from digest where seen_at < $1::timestamptz limit $2),
gone as (delete from digest where ctid = any (array(select ctid from old)) returning 1)
select count(*)::int as count from gone`;
// What a directive holds back is not without a place, it only waits for it.
const unmatchedSql = `
with old as (select ctid from unmatched where at < $1::timestamptz and reason <> 'held' limit $2),
gone as (delete from unmatched where ctid = any (array(select ctid from old)) and reason <> 'held' returning 1)
select count(*)::int as count from gone`;
// A job goes after the events that asked for it, so that no flow looks as if something of it were still to come.
const jobsSql = `
with old as (
  select ctid from job where updated_at < least($1::timestamptz, (select min(began_at) from slice)) and state in ('done', 'cancelled') limit $2
), gone as (
  delete from job where ctid = any (array(select ctid from old)) and state in ('done', 'cancelled') returning 1
)
select count(*)::int as count from gone`;

/** Forgets a bounded batch of what goes by age, row by row. Resolves to whether there may be more. Safe in several processes at once. */
export async function forgetExpired(options: { db: SystemDb; clock: Clock; settings: SpineSettings['maintenance'] }): Promise<boolean> {
  const { db, clock, settings } = options;
  const kinds = [
    { sql: digestsSql, days: settings.digestDays },
    { sql: unmatchedSql, days: settings.unmatchedDays },
    { sql: jobsSql, days: settings.keepDays },
  ];
  let more = false;
  for (const { sql, days } of kinds) {
    const before = new Date(clock.now() - days * dayMs).toISOString();
    const [row] = await db.statement<{ count: number }>(sql, [before, settings.deleteCount]);
    more ||= row?.count === settings.deleteCount;
  }
  return more;
}
