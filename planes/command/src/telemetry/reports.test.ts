import type { TelemetryBatch } from '@etis/contracts/telemetry';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReports } from './reports.ts';
import { reportOf, workOf } from './telemetry-under-test.ts';

const read = (...reports: unknown[]) => readReports({ sequence: 1, reports } as TelemetryBatch);

describe('reports that are read', () => {
  it('are what they were, without what nobody knows', () => {
    const report = reportOf({ work: [workOf('route', 'arbor')], queues: [{ queue: 'inbox', tenant: null, depth: 1, oldestMs: 2.5 }] });
    expect(read({ ...report, more: 1 })).toEqual([report]);
  });

  it('leave out what is no report, and keep the others', () => {
    const good = reportOf();
    const bad = [
      null,
      [],
      'report',
      { ...good, subscriber: '' },
      { ...good, until: 'yesterday' },
      { ...good, until: '2026-13-40T00:00:00.000Z' },
      { ...good, process: null },
      { ...good, process: { ...good.process, cpu: -1 } },
      { ...good, queues: [{ queue: 'a\0b', tenant: null, depth: 1, oldestMs: 1 }] },
      { ...good, work: [{ ...workOf('route', null), done: 1.5 }] },
      { ...good, work: [{ ...workOf('route', null), durations: null }] },
      { ...good, lost: Number.NaN },
    ];
    expect(read(...bad, good)).toEqual([good]);
  });

  it('never throw', () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), (reports) => {
        expect(Array.isArray(read(...reports))).toBe(true);
      }),
    );
    expect(readReports({ sequence: 1, reports: null } as unknown as TelemetryBatch)).toEqual([]);
  });
});
