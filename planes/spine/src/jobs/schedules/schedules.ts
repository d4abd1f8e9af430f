import type { JobRequest, Schedule, ScheduleStatus, Schedules } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import { createLoop, type Service } from '@etis/kernel';
import type { SystemDb, SystemTx } from '@etis/postgres';
import { errors } from '../../errors.ts';
import { isWord, payloadJson } from '../job-columns.ts';
import { type CronTimes, CronUnreadable, cronTimes } from './cron-times.ts';
import { scheduledJob } from './scheduled-job.ts';

interface Row {
  readonly tenant_id: string;
  readonly id: string;
  readonly kind: string;
  readonly payload: string;
  readonly cron: string;
  readonly time_zone: string;
  readonly missed: Schedule['missed'];
  readonly enabled: boolean;
  readonly next_at: Date | null;
  readonly last_at: Date | null;
}

const idPattern = /^[a-z0-9.-]{1,100}$/;
const maxPerTenant = 1_000;
/** Schedules that one transaction serves. */
const batch = 50;

const columns = 'tenant_id, id, kind, payload, cron, time_zone, missed, enabled, next_at, last_at';
const setSql = `
insert into schedule as s (tenant_id, id, kind, payload, cron, time_zone, missed, enabled, next_at)
select $1, $2, $3, $4, $5, $6, $7, $8, $9
where exists (select from schedule where tenant_id = $1 and id = $2) or (select count(*) from schedule where tenant_id = $1) < ${maxPerTenant}
on conflict (tenant_id, id) do update set
  kind = excluded.kind, payload = excluded.payload, cron = excluded.cron, time_zone = excluded.time_zone, missed = excluded.missed,
  enabled = excluded.enabled, updated_at = clock_timestamp(),
  next_at = case when s.cron = excluded.cron and s.time_zone = excluded.time_zone and s.enabled and excluded.enabled
    then s.next_at else excluded.next_at end
returning ${columns}`;
const removeSql = 'delete from schedule where tenant_id = $1 and id = $2 returning 1';
const listSql = `select ${columns} from schedule where tenant_id = $1 order by id`;
const nowSql = 'select clock_timestamp() as now';
// Who holds a row makes its jobs; others take the next ones.
const dueSql = `
select ${columns}, clock_timestamp() as now from schedule where next_at <= clock_timestamp() order by next_at limit ${batch} for update skip locked`;
const servedSql = 'update schedule set next_at = $3, last_at = coalesce($4, last_at) where tenant_id = $1 and id = $2';

function status(row: Row): ScheduleStatus {
  return {
    id: row.id,
    tenant: row.tenant_id,
    kind: row.kind,
    payload: JSON.parse(row.payload) as unknown,
    cron: row.cron,
    timeZone: row.time_zone,
    missed: row.missed,
    enabled: row.enabled,
    nextAt: row.next_at?.toISOString() ?? null,
    lastAt: row.last_at?.toISOString() ?? null,
  };
}

/** @throws SPINE_SCHEDULE_INVALID */
function checked(schedule: Schedule): { payload: string; after: (time: Date) => Date | null } {
  const { id, tenant, kind, missed } = schedule;
  if (!idPattern.test(id)) throw errors.SCHEDULE_INVALID('its id is not 1 to 100 characters of a-z, 0-9, "." and "-"');
  if (!isWord(kind) || !isWord(tenant))
    throw errors.SCHEDULE_INVALID('its kind or tenant is not 1 to 60 characters of a-z, 0-9, "." and "-"');
  if (!['skip', 'once', 'each'].includes(missed))
    throw errors.SCHEDULE_INVALID('what to do about missed times is none of skip, once and each');
  try {
    return { payload: payloadJson(schedule.payload), after: cronTimes(schedule.cron, schedule.timeZone).after };
  } catch (error) {
    throw errors.SCHEDULE_INVALID.because(
      { cause: error },
      error instanceof CronUnreadable ? error.message : 'its payload is not JSON of at most 1 MiB',
    );
  }
}

/**
 * Standing orders for jobs, and the service that makes the jobs. Several processes may run it: each job is made once, in the transaction that moves
 * its schedule on. All times are the database's.
 */
export function createSchedules(options: {
  db: SystemDb;
  log: Log;
  enqueueIn: (tx: SystemTx, requests: readonly JobRequest[]) => Promise<void>;
  /** Called after a commit that made jobs. */
  announce: () => void;
  /** How often it looks for what is due, in milliseconds; by default 500. */
  pollMs?: number;
}): { readonly schedules: Schedules; readonly service: Service } {
  const { db, log, enqueueIn, announce } = options;

  function timesOf(row: Row): CronTimes | null {
    try {
      return cronTimes(row.cron, row.time_zone);
    } catch (error) {
      // A zone that has gone from the system's database, for example: it must not hold up all others.
      if (!(error instanceof CronUnreadable)) throw error;
      log.error(
        { schedule: row.id, tenant: row.tenant_id, err: error },
        'a schedule cannot be read any more; it rests until it is set again',
      );
      return null;
    }
  }

  /** Makes the jobs of one schedule and moves it on; resolves to how many. */
  async function serve(tx: SystemTx, row: Row & { now: Date }): Promise<number> {
    const times = timesOf(row);
    const due = times?.due({ first: row.next_at ?? row.now, now: row.now, missed: row.missed }) ?? [];
    const order = { tenant: row.tenant_id, id: row.id, kind: row.kind, payload: JSON.parse(row.payload) as unknown };
    await enqueueIn(
      tx,
      due.map((time) => scheduledJob(order, time)),
    );
    await tx.query(servedSql, [row.tenant_id, row.id, times?.after(row.now) ?? null, due.at(-1) ?? null]);
    return due.length;
  }

  const service = createLoop({
    name: 'spine schedules',
    log,
    idleMs: options.pollMs ?? 500,
    async round() {
      const done = await db.system(async (tx) => {
        const rows = await tx.query<Row & { now: Date }>(dueSql);
        let made = 0;
        for (const row of rows) made += await serve(tx, row);
        return { rows: rows.length, made };
      });
      if (done.made > 0) announce();
      return done.rows === batch;
    },
  });

  return {
    service,
    schedules: {
      async set(schedule) {
        const { payload, after } = checked(schedule);
        const { tenant, id, kind, cron, timeZone, missed, enabled } = schedule;
        const [clock] = await db.statement<{ now: Date }>(nowSql);
        const next = enabled && clock !== undefined ? after(clock.now) : null;
        const [row] = await db.statement<Row>(setSql, [tenant, id, kind, payload, cron, timeZone, missed, enabled, next]);
        if (row === undefined) throw errors.SCHEDULE_INVALID(`its tenant has ${maxPerTenant} schedules already`);
        return status(row);
      },
      async remove(tenant, id) {
        if (!isWord(tenant) || !idPattern.test(id)) return false;
        return (await db.statement(removeSql, [tenant, id])).length > 0;
      },
      async list(tenant) {
        if (!isWord(tenant)) return [];
        return (await db.statement<Row>(listSql, [tenant])).map(status);
      },
    },
  };
}
