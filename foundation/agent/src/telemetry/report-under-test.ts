import type { TelemetryReport } from '@etis/contracts/telemetry';

export const exampleReport: TelemetryReport = {
  subscriber: 'router.one',
  roles: ['router'],
  from: '2026-11-02T09:30:00.000Z',
  until: '2026-11-02T09:30:05.000Z',
  process: { cpu: 0.2, rssBytes: 1, heapBytes: 1, eventLoopDelayMs: 1 },
  queues: [],
  work: [],
  lost: 0,
};
