import type { Schedule } from '@etis/contracts/jobs';
import { testContext } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlUnderTest, startControl } from '../control-under-test.ts';
import { createRecord, type RecordUnderTest } from '../ports-under-test.ts';
import { createScheduleOrders, type ScheduleOrders } from './schedule-orders.ts';

const acme = testContext({ tenant: 'acme', actor: { kind: 'operator', id: 'anna' } });
const schedule: Schedule = {
  id: 'digest',
  tenant: 'acme',
  kind: 'email',
  payload: { to: ['secret@acme.example'] },
  cron: '0 7 * * 1',
  timeZone: 'Europe/Berlin',
  missed: 'once',
  enabled: true,
};
let under: ControlUnderTest;
let record: RecordUnderTest;
let orders: ScheduleOrders;

beforeAll(async () => {
  under = await startControl();
  await under.control.tenants.create(testContext(), { id: 'acme', name: 'Acme' });
});
afterAll(() => under[Symbol.asyncDispose]());
beforeEach(() => {
  record = createRecord();
  orders = createScheduleOrders({ db: under.database.db('control'), schedules: record.operations.schedules });
});

const trail = () =>
  under.database.admin('control')<{ action: string; actor_id: string; tenant_id: string; detail: object | null }>(
    `select action, actor_id, tenant_id, detail from audit_entry where target = 'schedule/acme/digest' order by id`,
  );

describe('an order', () => {
  it('is recorded with who gave it, without the payload, and handed on', async () => {
    const before = (await trail()).length;
    expect(await orders.set(acme, schedule)).toMatchObject({ id: 'digest', nextAt: expect.any(String) });
    expect(record.state.schedules).toHaveLength(1);
    const { kind, cron, timeZone, missed, enabled } = schedule;
    expect((await trail()).slice(before)).toEqual([
      { action: 'schedule.set', actor_id: 'anna', tenant_id: 'acme', detail: { kind, cron, timeZone, missed, enabled } },
    ]);
    expect(await orders.remove(acme, 'digest')).toBe(true);
    expect(record.state.schedules).toEqual([]);
    expect((await trail()).at(-1)).toMatchObject({ action: 'schedule.remove', actor_id: 'anna' });
  });

  it('for a tenant that is not there is neither recorded nor handed on', async () => {
    const nobody = testContext({ tenant: 'nobody' });
    await expect(orders.set(nobody, { ...schedule, tenant: 'nobody' })).rejects.toMatchObject({ code: 'CONTROL_TENANT_UNKNOWN' });
    expect(record.asked).toEqual([]);
    const left = await under.database.admin('control')(`select from audit_entry where tenant_id = 'nobody' and action like 'schedule.%'`);
    expect(left).toEqual([]);
  });

  it('to end what is not there changes and records nothing', async () => {
    const before = await trail();
    expect(await orders.remove(acme, 'digest')).toBe(false);
    expect(await trail()).toEqual(before);
  });

  it("does not end another tenant's", async () => {
    record.state.schedules = [{ ...schedule, tenant: 'beta', nextAt: null, lastAt: null }];
    expect(await orders.remove(acme, 'digest')).toBe(false);
    expect(record.state.schedules).toHaveLength(1);
  });

  it('that the record refuses stays recorded: somebody tried', async () => {
    const before = (await trail()).length;
    await expect(orders.set(acme, { ...schedule, cron: 'never' })).rejects.toMatchObject({ code: 'SPINE_SCHEDULE_INVALID' });
    expect((await trail()).slice(before).map(({ action }) => action)).toEqual(['schedule.set']);
  });
});
