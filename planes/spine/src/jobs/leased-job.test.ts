import { describe, expect, it } from 'vitest';
import { type LeaseRow, leasedJobs, limitsText } from './leased-job.ts';

const row: LeaseRow = {
  id: '00000000-0000-7000-8000-000000000001',
  kind: 'email',
  tenant_id: 'acme',
  payload: '{"a":1}',
  cause_id: null,
  flow_id: '00000000-0000-7000-8000-00000000000f',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  priority: 0,
  dedupe: null,
  report_to: null,
  attempts: 1,
  max_attempts: 3,
  lease: 4,
  due: 1_000,
};

describe('rows of a lease', () => {
  it('are jobs, with what was asked for and nothing else', () => {
    expect(leasedJobs([row])).toEqual([
      {
        id: row.id,
        kind: 'email',
        tenant: 'acme',
        cause: null,
        flow: row.flow_id,
        traceparent: row.traceparent,
        payload: { a: 1 },
        claim: `${row.id}.4`,
        attempt: 1,
        maxAttempts: 3,
      },
    ]);
    expect(leasedJobs([{ ...row, priority: 5, dedupe: 'x', report_to: 'nudge' }])).toMatchObject([
      { priority: 5, dedupe: 'x', reportTo: 'nudge' },
    ]);
  });

  it('that are no jobs are left out: where a kind goes on, and what became a dead letter', () => {
    expect(
      leasedJobs([
        { ...row, id: null },
        { ...row, lease: null },
      ]),
    ).toEqual([]);
  });

  it('come the most urgent first, then what has been due the longest', () => {
    const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;
    const rows = [
      { ...row, id: id(1), due: 3 },
      { ...row, id: id(2), due: 1 },
      { ...row, id: id(3), priority: 1, due: 9 },
      { ...row, id: id(4), due: 1 },
    ];
    expect(leasedJobs(rows).map((job) => job.id)).toEqual([id(3), id(2), id(4), id(1)]);
  });
});

describe('limits', () => {
  it('are told of the kinds that are asked for and have some', () => {
    const limits = {
      email: { perTenant: { concurrent: 2, rate: { count: 5, perMs: 1_000 } } },
      fax: { inAll: { concurrent: 1 } },
      free: {},
    };
    expect(JSON.parse(limitsText(limits, ['email', 'free']))).toEqual({
      email: { tenant: { concurrent: 2, count: 5, perMs: 1_000 }, all: {} },
    });
    expect(limitsText(undefined, ['email'])).toBe('{}');
  });
});
