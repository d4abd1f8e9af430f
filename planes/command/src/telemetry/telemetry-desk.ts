import type { FleetMember, LoadView, TelemetryDesk } from '@etis/contracts/command';
import type { Log } from '@etis/contracts/log';
import type { TelemetryBatch, TelemetryReport, WorkSample } from '@etis/contracts/telemetry';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { type AlertEvent, createAlertLog } from './alert-log.ts';
import { findHealth, type Health } from './health-rules.ts';
import { createReportLog } from './report-log.ts';
import { readReports } from './reports.ts';

export interface TelemetryDeskOptions {
  /** The command domain. */
  readonly db: SystemDb;
  readonly clock: Clock;
  /** Hands an alert on; called again with the same id after it threw. */
  readonly publish: (event: AlertEvent) => Promise<void>;
  readonly fleet: () => Promise<readonly FleetMember[]>;
  /** How large the record of events is, and may be; by default nothing bounds it. */
  readonly record?: () => Promise<Health['record']>;
  /** How often the health rules look, 15,000 ms by default. */
  readonly everyMs?: number;
  readonly log: Log;
}

/** Telemetry of the whole installation; every process of the platform has one, on the same database. */
export interface TelemetryStore extends TelemetryDesk, Service {
  /** Takes what a subscriber reported, once, whichever process it comes to. What cannot be read in it is logged and left out. */
  take(batch: TelemetryBatch): Promise<void>;
}

/** Who has reported nothing for so long says nothing about its load now. */
const currentMs = 60_000;
const failureWindowMs = 300_000;
const mostShares = 20;

const unbounded = () => Promise.resolve({ bytes: 0, bound: null });

export function createTelemetryDesk(options: TelemetryDeskOptions): TelemetryStore {
  const { db, clock, publish, fleet, record = unbounded, everyMs = 15_000, log } = options;
  const reports = createReportLog({ db });
  const alerts = createAlertLog({ db });

  const watching = createLoop({
    name: 'health rules',
    log,
    idleMs: everyMs,
    async round() {
      const now = clock.now();
      const [members, newest, heard, done, filled] = await Promise.all([
        fleet(),
        reports.newest(now - currentMs),
        reports.heard(),
        reports.done(now - failureWindowMs),
        record(),
      ]);
      await alerts.note(findHealth({ now, members, reports: newest, heard, done, record: filled }), now);
      await alerts.publish(publish);
      await reports.forget(now);
      return false;
    },
  });

  return {
    name: watching.name,
    start: watching.start,
    stop: watching.stop,
    async take(batch) {
      const read = readReports(batch);
      if (read.length < batch.reports.length)
        log.warn({ unread: batch.reports.length - read.length }, 'reports of a subscriber cannot be read; they are left out');
      await reports.take(batch.sequence, read, clock.now());
    },
    load: async () => (await reports.newest(clock.now() - currentMs)).map(viewOf),
    history: () => reports.history(clock.now()),
    alerts: (_context, query) => alerts.list(query),
  };
}

function viewOf({ subscriber, from, until, process: sampled, queues, work }: TelemetryReport): LoadView {
  return { subscriber, since: from, at: until, process: sampled, queues, work, byTenant: sharesOf(work) };
}

function sharesOf(work: readonly WorkSample[]): LoadView['byTenant'] {
  const busy = new Map<string | null, number>();
  for (const { tenant, busyMs } of work) busy.set(tenant, (busy.get(tenant) ?? 0) + busyMs);
  const all = [...busy.values()].reduce((sum, ms) => sum + ms, 0);
  if (all === 0) return [];
  return [...busy]
    .map(([tenant, ms]) => ({ tenant, share: ms / all }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, mostShares);
}
