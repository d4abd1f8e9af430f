import type { Alert, FleetMember } from '@etis/contracts/command';
import type { TelemetryReport } from '@etis/contracts/telemetry';

/** What the rules look at. */
export interface Health {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly members: readonly FleetMember[];
  /** The newest of each subscriber, of the last minute. */
  readonly reports: readonly TelemetryReport[];
  /** When the platform took a report of each subscriber last that ever reported, epoch milliseconds. */
  readonly heard: ReadonlyMap<string, number>;
  /** How large the record of events is, and may be; null where nothing bounds it. */
  readonly record: { readonly bytes: number; readonly bound: number | null };
  /** What was done in the last five minutes, by work. */
  readonly done: readonly { readonly work: string; readonly done: number; readonly failed: number }[];
}

/**
 * What one rule finds for one subject. Between `bad` and `good` it stays as it was, so an alert does not flicker. A subject that no rule names any more
 * is good.
 */
export interface Finding extends Pick<Alert, 'rule' | 'subject' | 'severity' | 'text'> {
  readonly verdict: 'bad' | 'between' | 'good';
}

interface Limits {
  readonly bad: number;
  readonly good: number;
  readonly critical: number;
}

const queueAgeMs: Limits = { bad: 60_000, good: 30_000, critical: 600_000 };
const eventLoopMs: Limits = { bad: 250, good: 100, critical: 1_000 };
const failureShare: Limits = { bad: 0.2, good: 0.1, critical: 0.5 };
const silentMs: Limits = { bad: 60_000, good: 30_000, critical: 300_000 };
/** Shares of what the record may take; past all of it nothing new is taken. */
const recordShare: Limits = { bad: 0.8, good: 0.75, critical: 0.95 };
const driftMs: Limits = { bad: 60_000, good: 10_000, critical: 600_000 };
/** Fewer say nothing about a share. */
const fewestDone = 20;

export function findHealth(health: Health): readonly Finding[] {
  return [...queues(health), ...eventLoops(health), ...failures(health), ...recordFill(health), ...fleet(health)];
}

function queues({ reports }: Health): readonly Finding[] {
  const oldest = new Map<string, number>();
  for (const { queue, oldestMs } of reports.flatMap((report) => report.queues)) {
    oldest.set(queue, Math.max(oldestMs, oldest.get(queue) ?? 0));
  }
  return [...oldest].map(([queue, ms]) =>
    found('queue-age', queue, { value: ms, limits: queueAgeMs, text: `the oldest waits for ${seconds(ms)}` }),
  );
}

function eventLoops({ reports }: Health): readonly Finding[] {
  return reports.map(({ subscriber, process: { eventLoopDelayMs: ms } }) =>
    found('event-loop-delay', subscriber, { value: ms, limits: eventLoopMs, text: `the event loop is late by ${Math.round(ms)} ms` }),
  );
}

function failures({ done }: Health): readonly Finding[] {
  return done.flatMap(({ work, done: good, failed }) => {
    const all = good + failed;
    if (all < fewestDone) return [];
    const text = `${failed} of ${all} failed in five minutes`;
    return [found('failure-share', work, { value: failed / all, limits: failureShare, text })];
  });
}

function recordFill({ record: { bytes, bound } }: Health): readonly Finding[] {
  if (bound === null) return [];
  const share = bytes / Math.max(1, bound);
  const text = `it takes ${Math.round(share * 100)} % of what it may, and nothing new is taken past that`;
  return [found('record-full', 'record', { value: share, limits: recordShare, text })];
}

function fleet({ members, heard, now }: Health): readonly Finding[] {
  return members
    .filter(({ revokedAt }) => revokedAt === null)
    .flatMap(({ id, connected, lastSeenAt, driftMs: drift, state }) => {
      // One that was enrolled and never came is no failure of what runs.
      if (lastSeenAt === null) return [];
      const silent = connected ? 0 : Math.max(0, now - Date.parse(lastSeenAt));
      const behind = state === 'STALE' ? Math.max(drift, driftMs.bad) : drift;
      // Not every part reports; of one that did it is told when it stops although its link is up.
      const unreported = connected ? Math.max(0, now - (heard.get(id) ?? now)) : 0;
      return [
        found('telemetry-silent', id, {
          value: unreported,
          limits: silentMs,
          text: `it is connected and has reported no load for ${seconds(unreported)}`,
        }),
        found('subscriber-silent', id, { value: silent, limits: silentMs, text: `nothing was heard for ${seconds(silent)}` }),
        found('subscriber-behind', id, {
          value: behind,
          limits: driftMs,
          text: state === 'STALE' ? 'what governs it is stale' : `it lacks for ${seconds(drift)} what it should have`,
        }),
      ];
    });
}

function found(rule: string, subject: string, { value, limits, text }: { value: number; limits: Limits; text: string }): Finding {
  const verdict = value >= limits.bad ? 'bad' : value <= limits.good ? 'good' : 'between';
  return { rule, subject, severity: value >= limits.critical ? 'critical' : 'warning', verdict, text: `${subject}: ${text}` };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
