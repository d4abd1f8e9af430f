import { isUuid } from '@etis/kernel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scheduledJob, scheduledJobId } from './scheduled-job.ts';

const time = new Date('2026-05-01T10:00:00Z');

it('the id is always the same for a schedule and a time, and another for any other', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
      (tenant, id, date) => {
        const made = scheduledJobId({ tenant, id }, date);
        expect(isUuid(made)).toBe(true);
        expect(made[14]).toBe('8');
        expect('89ab').toContain(made[19]);
        expect(scheduledJobId({ tenant, id }, new Date(date))).toBe(made);
        expect(scheduledJobId({ tenant: `${tenant}x`, id }, date)).not.toBe(made);
        expect(scheduledJobId({ tenant, id: `${id}x` }, date)).not.toBe(made);
        expect(scheduledJobId({ tenant, id }, new Date(date.getTime() + 1_000))).not.toBe(made);
      },
    ),
  );
});

it('ids are in the order of their times', () => {
  const ids = [0, 1, 2, 3].map((n) => scheduledJobId({ tenant: 'acme', id: 'daily' }, new Date(time.getTime() + n * 1_000)));
  expect(ids.toSorted()).toEqual(ids);
});

it('the job starts a flow of its own', () => {
  const job = scheduledJob({ tenant: 'acme', id: 'daily', kind: 'email', payload: { a: 1 } }, time);
  expect(job).toEqual({
    id: scheduledJobId({ tenant: 'acme', id: 'daily' }, time),
    kind: 'email',
    tenant: 'acme',
    cause: null,
    flow: job.id,
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    payload: { a: 1 },
  });
});
