import type { FleetMember } from '@etis/contracts/command';
import type { TelemetryReport } from '@etis/contracts/telemetry';

export const now = Date.parse('2026-11-02T09:30:05.000Z');

export function reportOf(given: Partial<TelemetryReport> = {}): TelemetryReport {
  return {
    subscriber: 'router.one',
    roles: ['router'],
    from: new Date(now - 5_000).toISOString(),
    until: new Date(now).toISOString(),
    process: { cpu: 0.2, rssBytes: 80_000_000, heapBytes: 40_000_000, eventLoopDelayMs: 2 },
    queues: [],
    work: [],
    lost: 0,
    ...given,
  };
}

export function workOf(work: string, tenant: string | null, given: { done?: number; failed?: number; busyMs?: number } = {}) {
  const { done = 1, failed = 0, busyMs = 1 } = given;
  return { work, tenant, done, failed, busyMs, durations: { count: done + failed, p50: 1, p95: 1, p99: 1, max: 1 } };
}

export function memberOf(id: string, given: Partial<FleetMember> = {}): FleetMember {
  const moment = { epoch: 1, version: 1 };
  return {
    ...{ id, kind: 'router', scope: null, connected: true, lastSeenAt: new Date(now).toISOString(), state: 'READY' },
    ...{ desired: moment, sent: moment, acknowledged: moment, sections: {}, driftMs: 0, revokedAt: null },
    ...given,
  };
}
