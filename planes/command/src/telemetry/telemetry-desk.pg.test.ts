import { silentLog } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase, testContext } from '@etis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandDomain } from '../domain.ts';
import type { AlertEvent } from './alert-log.ts';
import { createAlertLog } from './alert-log.ts';
import type { Finding } from './health-rules.ts';
import { createReportLog } from './report-log.ts';
import { createTelemetryDesk, type TelemetryDeskOptions, type TelemetryStore } from './telemetry-desk.ts';
import { memberOf, now, reportOf, workOf } from './telemetry-under-test.ts';

let database: TestDatabase;
let running: TelemetryStore[] = [];
const context = testContext();
const db = () => database.db('command');

beforeAll(async () => {
  database = await createTestDatabase({ domains: [commandDomain] });
});
afterAll(() => database.drop());
beforeEach(async () => {
  for (const table of ['telemetry_subscriber', 'telemetry_minute', 'alert']) await db().statement(`delete from ${table}`);
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  running = [];
});

function desk(given: Partial<TelemetryDeskOptions> = {}): TelemetryStore {
  const options = {
    db: db(),
    clock: { now: () => now },
    publish: async () => undefined,
    fleet: async () => [],
    everyMs: 5,
    log: silentLog,
  };
  const made = createTelemetryDesk({ ...options, ...given });
  running.push(made);
  return made;
}

const bad: Finding = { rule: 'queue-age', subject: 'inbox', severity: 'warning', text: 'inbox: it waits', verdict: 'bad' };

describe('load', () => {
  it('is what every process of the platform was told, with who makes it', async () => {
    const [one, two] = [desk(), desk()];
    const work = [
      workOf('handler/nudge', 'arbor', { busyMs: 75 }),
      workOf('route', 'arbor', { busyMs: 15 }),
      workOf('route', null, { busyMs: 10 }),
    ];
    await one.take({ sequence: 1, reports: [reportOf({ work })] });
    await two.take({ sequence: 1, reports: [reportOf({ subscriber: 'router.two' })] });
    const load = await one.load(context);
    expect(await two.load(context)).toEqual(load);
    expect(load).toMatchObject([
      {
        subscriber: 'router.one',
        at: reportOf().until,
        work,
        byTenant: [
          { tenant: 'arbor', share: 0.9 },
          { tenant: null, share: 0.1 },
        ],
      },
      { subscriber: 'router.two', byTenant: [] },
    ]);
  });

  it('leaves out who has not reported for a minute, and no later report is replaced by an earlier one', async () => {
    const one = desk();
    const at = (ms: number, subscriber: string) => reportOf({ subscriber, until: new Date(now + ms).toISOString() });
    await one.take({ sequence: 1, reports: [at(-61_000, 'gone')] });
    await one.take({ sequence: 3, reports: [at(-1_000, 'here')] });
    await one.take({ sequence: 2, reports: [at(-9_000, 'here')] });
    expect((await one.load(context)).map(({ subscriber, at: when }) => [subscriber, Date.parse(when) - now])).toEqual([['here', -1_000]]);
  });

  it('of an hour is there by minute, of all subscribers together', async () => {
    const one = desk();
    const minute = (ms: number) => new Date(now + ms - ((now + ms) % 60_000)).toISOString();
    const at = (ms: number, subscriber: string, done: number) =>
      reportOf({ subscriber, until: new Date(now + ms).toISOString(), work: [workOf('route', null, { done, failed: 1 })] });
    await one.take({ sequence: 1, reports: [at(-3_700_000, 'a', 9), at(-600_000, 'a', 4), at(-1_000, 'a', 2)] });
    await one.take({ sequence: 1, reports: [at(-600_000, 'b', 5)] });
    expect(await one.history(context)).toEqual([
      { minute: minute(-600_000), work: 'route', done: 9, failed: 2 },
      { minute: minute(-1_000), work: 'route', done: 2, failed: 1 },
    ]);
  });

  it('counts a batch once, whichever process it comes to', async () => {
    const reports = createReportLog({ db: db() });
    const [one, two] = [desk(), desk()];
    const batch = { sequence: 7, reports: [reportOf({ work: [workOf('http', 'arbor', { done: 4, failed: 1 }), workOf('http', null)] })] };
    await Promise.all([one.take(batch), two.take(batch), one.take(batch), two.take(batch)]);
    expect(await reports.done(now - 300_000)).toEqual([{ work: 'http', done: 5, failed: 1 }]);
    await two.take({ ...batch, sequence: 8 });
    expect(await reports.done(now - 300_000)).toEqual([{ work: 'http', done: 10, failed: 2 }]);
  });

  it('takes whatever is sent, and leaves out what is no report', async () => {
    const one = desk();
    await one.take({ sequence: 1, reports: [null, { ...reportOf(), process: 'x' }] as never });
    expect(await one.load(context)).toEqual([]);
  });

  it('is forgotten after an hour', async () => {
    const reports = createReportLog({ db: db() });
    await reports.take(1, [reportOf({ work: [workOf('http', null)] })], now);
    await reports.forget(now + 3_500_000);
    expect(await reports.done(0)).toHaveLength(1);
    await reports.forget(now + 3_700_000);
    expect(await reports.done(0)).toEqual([]);
    expect(await reports.heard()).toEqual(new Map([['router.one', now]]));
    await reports.forget(now + 8 * 86_400_000);
    expect(await reports.heard()).toEqual(new Map());
  });
});

describe('alerts', () => {
  it('are raised after two bad looks, once, stay while it is between, and are cleared after two good ones', async () => {
    const log = createAlertLog({ db: db() });
    const open = async () => (await log.list({ open: true, limit: 10 })).length;
    await log.note([bad], now);
    expect(await open()).toBe(0);
    for (let look = 1; look <= 3; look += 1) await log.note([bad], now + look);
    expect(await open()).toBe(1);
    for (let look = 4; look <= 7; look += 1) await log.note([{ ...bad, verdict: 'between' }], now + look);
    expect(await open()).toBe(1);
    await log.note([{ ...bad, verdict: 'good' }], now + 8);
    expect(await open()).toBe(1);
    await log.note([], now + 9);
    expect(await log.list({ open: true, limit: 10 })).toEqual([]);
    expect(await log.list({ open: false, limit: 10 })).toMatchObject([
      { rule: 'queue-age', subject: 'inbox', raisedAt: new Date(now + 1).toISOString(), clearedAt: new Date(now + 9).toISOString() },
    ]);
  });

  it('are one, and published once, where several processes see the same', async () => {
    const logs = [createAlertLog({ db: db() }), createAlertLog({ db: db() })];
    const events: AlertEvent[] = [];
    const publish = () => Promise.all(logs.map((log) => log.publish(async (event) => void events.push(event))));
    for (const at of [now, now + 1, now + 2]) await Promise.all(logs.map((log) => log.note([bad], at)));
    await publish();
    for (const at of [now + 3, now + 4]) await Promise.all(logs.map((log) => log.note([], at)));
    await publish();
    await publish();
    expect(events.map(({ type, subject }) => [type, subject])).toEqual([
      ['platform.alert.raised', 'inbox'],
      ['platform.alert.cleared', 'inbox'],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it('are published again, under the same id, after handing on failed', async () => {
    const log = createAlertLog({ db: db() });
    await log.note([bad], now);
    await log.note([bad], now);
    const ids: string[] = [];
    const failing = log.publish(async ({ id }) => {
      ids.push(id);
      throw new Error('the spine is away');
    });
    await expect(failing).rejects.toThrow('the spine is away');
    await log.publish(async ({ id }) => void ids.push(id));
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it('tell of a subscriber that is connected and whose load is not heard of, by the clock of the platform', async () => {
    let at = now;
    const one = desk({ clock: { now: () => at }, fleet: async () => [memberOf('router.one')] });
    const silent = async () => (await one.alerts(context, { open: true, limit: 10 })).filter(({ rule }) => rule === 'telemetry-silent');
    // Its clock is an hour behind, which says nothing about whether it reports.
    const late = reportOf({ until: new Date(now - 3_600_000).toISOString() });
    await one.take({ sequence: 1, reports: [late] });
    await one.start();
    at = now + 70_000;
    await eventually(async () => (await silent()).length === 1);
    await one.take({ sequence: 2, reports: [late] });
    await eventually(async () => (await silent()).length === 0);
  });

  it('come and go by themselves while the desk runs', async () => {
    const events: AlertEvent[] = [];
    let connected = false;
    const one = desk({
      publish: async (event) => void events.push(event),
      fleet: async () => [memberOf('router.one', { connected, lastSeenAt: new Date(now - 90_000).toISOString() })],
    });
    await one.take({ sequence: 1, reports: [reportOf({ queues: [{ queue: 'inbox', tenant: null, depth: 9, oldestMs: 900_000 }] })] });
    await one.start();
    await eventually(() => events.length === 2);
    expect((await one.alerts(context, { open: true, limit: 10 })).map(({ rule }) => rule).toSorted()).toEqual([
      'queue-age',
      'subscriber-silent',
    ]);
    connected = true;
    await one.take({ sequence: 2, reports: [reportOf()] });
    await eventually(() => events.length === 4);
    expect(await one.alerts(context, { open: true, limit: 10 })).toEqual([]);
    expect(await one.alerts(context, { open: false, limit: 1 })).toHaveLength(1);
  });
});
