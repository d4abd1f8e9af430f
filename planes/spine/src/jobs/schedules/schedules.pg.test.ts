import type { Schedule } from '@etis/contracts/jobs';
import { type Service, silentLog } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spineDomain } from '../../index.ts';
import { jobStore } from '../jobs-under-test.ts';
import { createSchedules } from './schedules.ts';

let database: TestDatabase;
let db: SystemDb;
const running: Service[] = [];
beforeAll(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
  db = database.db('spine');
});
beforeEach(() => database.admin('spine')('truncate job, schedule'));
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
});
afterAll(() => database.drop());

/** The schedules as a process of its own has them. */
function scheduler(announce: () => void = () => {}) {
  return createSchedules({ db, log: silentLog, enqueueIn: jobStore(db).enqueueIn, announce, pollMs: 10 });
}

async function start(service: Service): Promise<void> {
  running.push(service);
  await service.start();
}

function schedule(overrides: Partial<Schedule> = {}): Schedule {
  return {
    id: 'daily-report',
    tenant: 'acme',
    kind: 'email',
    payload: { to: 'ada@site.test' },
    cron: '0 8 * * *',
    timeZone: 'Europe/Berlin',
    missed: 'skip',
    enabled: true,
    ...overrides,
  };
}

const jobRows = () =>
  db.statement<{ id: string; kind: string; tenant_id: string; payload: string; cause_id: null; flow_id: string }>(
    'select * from job order by id',
  );
/** Makes the next time one that has passed. */
const rewind = (interval: string) =>
  db.statement(`update schedule set next_at = date_trunc('second', clock_timestamp()) - $1::interval`, [interval]);

describe('a schedule', () => {
  it('is made, listed, replaced and removed, each tenant having its own', async () => {
    const { schedules } = scheduler();
    const made = await schedules.set(schedule());
    expect(made).toEqual({ ...schedule(), nextAt: expect.stringMatching(/T0[67]:00:00\.000Z$/), lastAt: null });
    await schedules.set(schedule({ tenant: 'birch' }));
    await schedules.set(schedule({ id: 'another', payload: null }));
    expect((await schedules.list('acme')).map(({ id }) => id)).toEqual(['another', 'daily-report']);
    expect(await schedules.set(schedule({ payload: { to: 'eve@site.test' } }))).toMatchObject({
      payload: { to: 'eve@site.test' },
      nextAt: made.nextAt,
    });
    expect(await schedules.remove('acme', 'daily-report')).toBe(true);
    expect(await schedules.remove('acme', 'daily-report')).toBe(false);
    expect((await schedules.list('acme')).map(({ id }) => id)).toEqual(['another']);
    expect(await schedules.list('birch')).toHaveLength(1);
    expect(await schedules.list('nobody\0')).toEqual([]);
  });

  it('that is unchanged keeps its next time; one with another cron, zone or switch gets a new one', async () => {
    const { schedules } = scheduler();
    await schedules.set(schedule());
    await rewind('3 hours');
    const [rewound] = await schedules.list('acme');
    expect((await schedules.set(schedule({ missed: 'each' }))).nextAt).toBe(rewound?.nextAt);
    for (const change of [{ cron: '0 9 * * *' }, { cron: '0 9 * * *', timeZone: 'UTC' }]) {
      const { nextAt } = await schedules.set(schedule(change));
      expect(Date.parse(nextAt ?? '')).toBeGreaterThan(Date.now());
    }
    expect((await schedules.set(schedule({ enabled: false }))).nextAt).toBeNull();
    expect(Date.parse((await schedules.set(schedule())).nextAt ?? '')).toBeGreaterThan(Date.now());
    expect((await schedules.set(schedule({ cron: '0 0 31 2 *' }))).nextAt).toBeNull();
  });

  it.each<[string, Partial<Schedule>]>([
    ['a cron text that is none', { cron: 'daily' }],
    ['a zone that is none', { timeZone: 'Nowhere' }],
    ['an id in capitals', { id: 'Daily' }],
    ['an id that is too long', { id: 'x'.repeat(101) }],
    ['a kind that is none', { kind: 'a b' }],
    ['a tenant that is none', { tenant: '' }],
    ['a payload that is too long', { payload: 'x'.repeat(2 << 20) }],
    ['a payload that is no JSON', { payload: 1n }],
    ['a word for missed times that is none', { missed: 'twice' as 'once' }],
  ])('with %s is refused', async (_, overrides) => {
    await expect(scheduler().schedules.set(schedule(overrides))).rejects.toMatchObject({
      code: 'SPINE_SCHEDULE_INVALID',
      retryable: false,
    });
  });

  it('is refused where its tenant has a thousand, and one of those may still be changed', async () => {
    await database.admin('spine')(
      `insert into schedule (tenant_id, id, kind, payload, cron, time_zone, missed, enabled)
       select 'acme', 'n' || n, 'email', '{}', '0 8 * * *', 'UTC', 'skip', false from generate_series(1, 1000) n`,
    );
    const { schedules } = scheduler();
    await expect(schedules.set(schedule())).rejects.toMatchObject({ code: 'SPINE_SCHEDULE_INVALID' });
    expect(await schedules.set(schedule({ id: 'n7' }))).toMatchObject({ id: 'n7', enabled: true });
    expect(await schedules.set(schedule({ tenant: 'birch' }))).toMatchObject({ tenant: 'birch' });
  });
});

describe('the service', () => {
  it('makes a job at each time, in a flow of its own, and says so', async () => {
    let announced = 0;
    const { schedules, service } = scheduler(() => (announced += 1));
    await schedules.set(schedule({ cron: '* * * * * *' }));
    await start(service);
    const rows = await eventually(async () => {
      const found = await jobRows();
      return found.length >= 2 ? found : undefined;
    });
    expect(rows[0]).toMatchObject({
      kind: 'email',
      tenant_id: 'acme',
      payload: '{"to":"ada@site.test"}',
      cause_id: null,
      flow_id: rows[0]?.id,
    });
    expect(announced).toBeGreaterThanOrEqual(1);
    const [status] = await schedules.list('acme');
    expect(Date.parse(status?.nextAt ?? '')).toBeGreaterThan(Date.parse(status?.lastAt ?? ''));
  });

  it('makes each job once, however many processes run it', async () => {
    const { schedules } = scheduler();
    for (let n = 0; n < 120; n += 1) await schedules.set(schedule({ id: `s${n}`, cron: '0 0 1 1 *' }));
    await rewind('1 second');
    await Promise.all([1, 2, 3, 4].map(() => start(scheduler().service)));
    await eventually(async () => (await db.statement('select from schedule where next_at <= clock_timestamp() limit 1')).length === 0);
    expect(await jobRows()).toHaveLength(0);
    await database.admin('spine')("update schedule set cron = '* * * * *', next_at = date_trunc('minute', clock_timestamp())");
    await eventually(async () => (await jobRows()).length === 120);
    await eventually(async () => (await db.statement('select from schedule where next_at <= clock_timestamp() limit 1')).length === 0);
    expect((await jobRows()).length % 120).toBe(0);
  });

  it('makes no job twice where it was stopped between the two and had to begin again', async () => {
    const { schedules, service } = scheduler();
    await schedules.set(schedule({ cron: '0 * * * *', missed: 'each' }));
    await rewind('5 hours');
    const [before] = await db.statement<{ next_at: Date }>('select next_at from schedule');
    await start(service);
    const made = await eventually(async () => {
      const rows = await jobRows();
      return rows.length > 0 ? rows : undefined;
    });
    await database.admin('spine')('update schedule set next_at = $1', [before?.next_at]);
    await eventually(async () => (await db.statement('select from schedule where next_at <= clock_timestamp() limit 1')).length === 0);
    expect(await jobRows()).toEqual(made);
  });

  it.each([
    ['skip', 0],
    ['once', 1],
    ['each', 5],
  ] as const)('makes up for times that passed while nothing ran: %s', async (missed, count) => {
    const { schedules, service } = scheduler();
    // Every hour at a minute that is half an hour away, so that none of them is due just now.
    const minute = (new Date().getUTCMinutes() + 30) % 60;
    await schedules.set(schedule({ cron: `${minute} * * * *`, timeZone: 'UTC', missed }));
    await rewind('5 hours');
    await start(service);
    await eventually(async () => (await db.statement('select from schedule where next_at <= clock_timestamp() limit 1')).length === 0);
    expect(await jobRows()).toHaveLength(count);
    const [status] = await schedules.list('acme');
    expect(status?.lastAt === null).toBe(count === 0);
  });

  it('makes nothing for one that is switched off or was removed', async () => {
    const { schedules, service } = scheduler();
    await schedules.set(schedule({ cron: '* * * * * *' }));
    await schedules.set(schedule({ cron: '* * * * * *', enabled: false }));
    await schedules.set(schedule({ id: 'gone', cron: '* * * * * *' }));
    await schedules.remove('acme', 'gone');
    await schedules.set(schedule({ id: 'witness', kind: 'document', cron: '* * * * * *' }));
    await start(service);
    await eventually(async () => (await jobRows()).length >= 1);
    expect(new Set((await jobRows()).map(({ kind }) => kind))).toEqual(new Set(['document']));
  });

  it('lets one that cannot be read any more rest, and serves the others', async () => {
    const { schedules, service } = scheduler();
    await schedules.set(schedule({ id: 'broken' }));
    await schedules.set(schedule({ id: 'fine', cron: '* * * * * *' }));
    await database.admin('spine')("update schedule set time_zone = 'Gone/Away' where id = 'broken'");
    await rewind('1 second');
    await start(service);
    await eventually(async () => (await jobRows()).length >= 1);
    const [broken] = await eventually(async () => {
      const found = (await schedules.list('acme')).filter(({ id }) => id === 'broken');
      return found[0]?.nextAt === null ? found : undefined;
    });
    expect(broken).toMatchObject({ enabled: true, nextAt: null });
  });
});
