import type { WorkMinute } from '@etis/contracts/command';
import type { TelemetryReport } from '@etis/contracts/telemetry';
import type { SystemDb } from '@etis/postgres';
import type { Health } from './health-rules.ts';

/** What subscribers reported, to whichever process of the platform: the newest of each, and an hour by minute. */
export interface ReportLog {
  /** Resolves to false where a batch of the sequence was taken before; then nothing changes. */
  take(sequence: number, reports: readonly TelemetryReport[], now: number): Promise<boolean>;
  /** The newest of each subscriber that was made after the time. */
  newest(since: number): Promise<readonly TelemetryReport[]>;
  done(since: number): Promise<Health['done']>;
  /** The hour before, in the order of minutes and work. */
  history(now: number): Promise<readonly WorkMinute[]>;
  /** Who ever reported, and when the platform took something of it last, epoch milliseconds; who was silent for a week is left out. */
  heard(): Promise<Health['heard']>;
  /** Forgets what is older than an hour, and who was silent for a week. */
  forget(now: number): Promise<void>;
}

const minuteMs = 60_000;
const historyMs = 60 * minuteMs;
const rememberedMs = 7 * 24 * historyMs;
const mostRecent = 32;
const mostHistory = 12_000;
const mostSubscribers = 10_000;

export function createReportLog({ db }: { db: SystemDb }): ReportLog {
  return {
    async take(sequence, reports, now) {
      const newest = reports.toSorted((a, b) => Date.parse(a.until) - Date.parse(b.until)).at(-1);
      if (newest === undefined) return false;
      // A report from the future would stay the newest for ever.
      const until = Math.min(Date.parse(newest.until), now);
      const { subscriber } = newest;
      return db.system(async (tx) => {
        const taken = await tx.query(
          `insert into telemetry_subscriber as s (subscriber, recent, until, report, heard_at) values ($1, array[$2::bigint], $3, $4, $5)
           on conflict (subscriber) do update set
             recent = (array[$2::bigint] || s.recent)[1:${mostRecent}],
             report = case when excluded.until >= s.until then excluded.report else s.report end,
             until = greatest(excluded.until, s.until),
             heard_at = greatest(excluded.heard_at, s.heard_at)
           where $2::bigint <> all(s.recent) returning subscriber`,
          [subscriber, sequence, new Date(until), JSON.stringify(newest), new Date(now)],
        );
        if (taken.length === 0) return false;
        await tx.query(
          `insert into telemetry_minute as m (minute, subscriber, work, done, failed)
           select minute, $1, work, done, failed
           from json_to_recordset($2) as r (minute timestamptz, work text, done bigint, failed bigint) order by minute, work
           on conflict (minute, subscriber, work) do update set done = m.done + excluded.done, failed = m.failed + excluded.failed`,
          [subscriber, JSON.stringify(minutesOf(reports, now))],
        );
        return true;
      });
    },
    async newest(since) {
      const rows = await db.statement<{ report: string }>(
        `select report from telemetry_subscriber where until > $1 order by subscriber limit ${mostSubscribers}`,
        [new Date(since)],
      );
      return rows.map(({ report }) => JSON.parse(report) as TelemetryReport);
    },
    async done(since) {
      const rows = await db.statement<{ work: string; done: string; failed: string }>(
        'select work, sum(done)::text as done, sum(failed)::text as failed from telemetry_minute where minute >= $1 group by work order by work limit 1000',
        [new Date(since)],
      );
      return rows.map(({ work, done, failed }) => ({ work, done: Number(done), failed: Number(failed) }));
    },
    async history(now) {
      const rows = await db.statement<{ minute: Date; work: string; done: string; failed: string }>(
        `select minute, work, sum(done)::text as done, sum(failed)::text as failed from telemetry_minute
         where minute >= $1 group by minute, work order by minute, work limit ${mostHistory}`,
        [new Date(now - historyMs)],
      );
      return rows.map(({ minute, work, done, failed }) => ({
        minute: minute.toISOString(),
        work,
        done: Number(done),
        failed: Number(failed),
      }));
    },
    async heard() {
      const rows = await db.statement<{ subscriber: string; heard_at: Date }>(
        `select subscriber, heard_at from telemetry_subscriber order by subscriber limit ${mostSubscribers}`,
      );
      return new Map(rows.map((row) => [row.subscriber, row.heard_at.getTime()]));
    },
    async forget(now) {
      await db.statement('delete from telemetry_minute where minute < $1', [new Date(now - historyMs)]);
      await db.statement('delete from telemetry_subscriber where heard_at < $1', [new Date(now - rememberedMs)]);
    },
  };
}

/** One row for each minute and work; what is older than the history is left out. */
function minutesOf(reports: readonly TelemetryReport[], now: number): readonly object[] {
  const sums = new Map<string, { minute: string; work: string; done: number; failed: number }>();
  for (const { until, work: samples } of reports) {
    const at = Math.min(Date.parse(until), now);
    if (at < now - historyMs) continue;
    const minute = new Date(at - (at % minuteMs)).toISOString();
    for (const { work, done, failed } of samples) {
      const sum = sums.get(`${minute} ${work}`) ?? { minute, work, done: 0, failed: 0 };
      sum.done += done;
      sum.failed += failed;
      sums.set(`${minute} ${work}`, sum);
    }
  }
  return [...sums.values()];
}
