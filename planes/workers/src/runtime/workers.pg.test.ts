import type { LeasedJob } from '@etis/contracts/jobs';
import { type Service, silentLog } from '@etis/kernel';
import { createTestDatabase, eventually, rememberingMeter, type TestDatabase } from '@etis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workersDomain } from '../domain.ts';
import { createFakeJobs, type FakeJobs, type JobEnd } from '../testing/fake-jobs.ts';
import { type Gate, openGate } from '../testing/gate.ts';
import { type MailServer, startMailServer } from '../testing/mail-server.ts';
import { createWorkers } from './workers.ts';
import type { WorkersOptions } from './workers-options.ts';

const ownKinds = [new URL('../testing/wild-kind.ts', import.meta.url), new URL('../testing/endless-kind.ts', import.meta.url)];
const email = new URL('../kinds/email/email.ts', import.meta.url);

let database: TestDatabase;
let server: MailServer;
let gate: Gate;
beforeAll(async () => {
  [database, server, gate] = await Promise.all([createTestDatabase({ domains: [workersDomain] }), startMailServer(), openGate()]);
});
afterAll(() => Promise.all([server.close(), gate.close(), database.drop()]));

let jobs: FakeJobs;
let workers: Service;
beforeEach(() => {
  server.reset();
  jobs = createFakeJobs();
});
afterEach(() => workers.stop());

function create(options: Partial<WorkersOptions> = {}, meter = rememberingMeter()): Service {
  workers = createWorkers({
    jobs,
    meter,
    access: database.access,
    settings: { mail: server.mail, whatsapp: null, documents: null, http: null },
    log: silentLog,
    options: { threads: 1, kinds: ownKinds, abortMs: 100, logLevel: 'silent', ...options },
  });
  return workers;
}

/** Adds a job and resolves to how it ended. */
const wild = (act: string): Promise<JobEnd> => jobs.ended(add(act));
const add = (act: string): LeasedJob => jobs.add({ kind: 'wild', payload: { act, port: gate.port } });
const succeeded = { result: { did: 'succeed', thread: expect.any(Number) } };
const failed = (error: string, kind = 'retry') => ({ failure: { class: kind, error: expect.stringContaining(error) } });

describe('a job', () => {
  it('is run in a thread, and its result is told', async () => {
    await create().start();
    const end = await wild('succeed');
    expect(end).toEqual(succeeded);
    expect((end as { result: { thread: number } }).result.thread).toBeGreaterThan(0);
  });

  it('is told with its tenant, how long it took and whether it failed', async () => {
    const meter = rememberingMeter();
    await create({}, meter).start();
    await wild('succeed');
    await wild('exit');
    const told = {
      work: 'job/wild',
      tenant: jobs.add({ kind: 'none', payload: null }).tenant,
      ms: expect.any(Number),
      traces: [expect.any(String)],
    };
    expect(meter.told).toEqual([
      { ...told, failed: false },
      { ...told, failed: true },
    ]);
  });

  it('is begun when the queue says that there is one', async () => {
    await create().start();
    await eventually(() => jobs.limits.length === 1);
    expect(jobs.listeners).toBe(1);
    expect(await wild('succeed')).toEqual(succeeded);
  });

  it('that waited before the start is run', async () => {
    const ended = wild('succeed');
    await create().start();
    expect(await ended).toEqual(succeeded);
  });

  it.each<[string, ReturnType<typeof failed>]>([
    ['exit', failed('exited with code: 3')],
    ['throw', failed('this went wrong')],
    ['throw-terminal', failed('this is for ever', 'terminal')],
    ['allocate', failed('memory limit')],
  ])('that does %s takes nothing with it', async (act, end) => {
    await create({ threads: 2, memoryMb: 64 }).start();
    const neighbour = add('wait');
    const neighbourAtGate = await gate.arrival();
    expect(await wild(act)).toEqual(end);
    expect(await wild('succeed')).toEqual(succeeded);
    neighbourAtGate.open();
    expect(await jobs.ended(neighbour)).toMatchObject({ result: { did: 'wait' } });
  });

  it('that never ends is ended at the time limit of its kind', async () => {
    await create().start();
    expect(await jobs.ended(jobs.add({ kind: 'endless', payload: {} }))).toEqual(failed('longer than its kind allows'));
    expect(await wild('succeed')).toEqual(succeeded);
  });

  it('that leaves something behind which fails later ends at most its thread, and that at once', async () => {
    await create().start();
    expect(await wild('throw-later')).toMatchObject({ result: { did: 'throw-later' } });
    await (await gate.arrival()).gone;
    expect(await eventually(async () => 'result' in (await wild('succeed')))).toBe(true);
  });

  it('whose payload does not fit its kind is not run', async () => {
    await create().start();
    const ends = [{ act: 'dance' }, null, {}].map((payload) => jobs.ended(jobs.add({ kind: 'wild', payload })));
    const misfit = (where: string) => failed(`the payload does not fit: ${where}`, 'terminal');
    expect(await Promise.all(ends)).toEqual([misfit('/act'), misfit('the whole'), misfit('the whole')]);
  });
});

describe('leases', () => {
  it('are never more than there are free threads', async () => {
    await create({ threads: 2 }).start();
    const added = [1, 2, 3, 4, 5].map(() => add('wait'));
    const first = await gate.arrival();
    const second = await gate.arrival();
    expect(jobs.limits.reduce((most, limit) => Math.max(most, limit))).toBe(2);
    const asked = jobs.limits.length;
    first.open();
    (await gate.arrival()).open();
    second.open();
    (await gate.arrival()).open();
    (await gate.arrival()).open();
    for (const job of added) expect(await jobs.ended(job)).toMatchObject({ result: { did: 'wait' } });
    // With one job still at the gate there was one thread to lease for.
    expect(jobs.limits.slice(asked)[0]).toBe(1);
    expect(Math.max(...jobs.limits)).toBe(2);
  });

  it('that are lost end the run, and its end does not count', async () => {
    await create({ leaseMs: 60 }).start();
    const lost = add('wait');
    const atGate = await gate.arrival();
    jobs.lose(lost);
    await atGate.gone;
    expect(await wild('succeed')).toEqual(succeeded);
    expect(jobs.refused).toEqual([lost.claim]);
  });

  it('that are held go on for as long as the job does', async () => {
    await create({ leaseMs: 30 }).start();
    const job = add('wait');
    const atGate = await gate.arrival();
    const beats = jobs.heartbeats;
    await eventually(() => jobs.heartbeats >= beats + 3);
    atGate.open();
    expect(await jobs.ended(job)).toMatchObject({ result: { did: 'wait' } });
  });
});

describe('an end', () => {
  it('that could not be told is told again', async () => {
    await create().start();
    jobs.failComplete(3);
    expect(await wild('succeed')).toEqual(succeeded);
  });

  it('that can never be told leaves the job to its lease, and the next one runs', async () => {
    await create().start();
    jobs.failComplete(6);
    const untold = add('succeed');
    expect(await wild('succeed')).toEqual(succeeded);
    expect(jobs.holds(untold)).toBe(true);
  });
});

describe('stop', () => {
  it('before the start does nothing', async () => {
    await create().stop();
  });

  it('waits for the jobs that run', async () => {
    await create({ graceMs: 20_000 }).start();
    const job = add('wait');
    const atGate = await gate.arrival();
    let over = false;
    const stopping = workers.stop().then(() => {
      over = true;
    });
    await eventually(() => jobs.listeners === 0);
    expect(over).toBe(false);
    atGate.open();
    await stopping;
    expect(await jobs.ended(job)).toMatchObject({ result: { did: 'wait' } });
  });

  it('ends what still runs after its grace, and leases nothing any more', async () => {
    await create({ graceMs: 20 }).start();
    const job = add('wait');
    const atGate = await gate.arrival();
    await workers.stop();
    await atGate.gone;
    expect(await jobs.ended(job)).toMatchObject({ failure: { class: 'retry' } });

    const asked = jobs.limits.length;
    add('succeed');
    expect(jobs.limits).toHaveLength(asked);
  });

  it('leaves no thread and no listener', async () => {
    const before = threads();
    await create({ threads: 2 }).start();
    const lingering = await Promise.all([wild('linger'), wild('linger')]);
    expect(lingering).toEqual([{ result: expect.anything() }, { result: expect.anything() }]);
    const lines = [await gate.arrival(), await gate.arrival()];
    await workers.stop();
    expect(threads()).toBe(before);
    await Promise.all(lines.map(({ gone }) => gone));
    expect(jobs.listeners).toBe(0);
    await workers.stop();
  });

  it('has seen the end of a thread that it had to end', async () => {
    const before = threads();
    await create({ graceMs: 20 }).start();
    add('wait');
    await gate.arrival();
    expect(threads()).toBe(before + 1);
    await workers.stop();
    expect(threads()).toBe(before);
  });

  it('can be followed by another start', async () => {
    await create().start();
    await workers.stop();
    await workers.start();
    expect(await wild('succeed')).toEqual(succeeded);
  });
});

it('does not start with a module that is no job kind', async () => {
  await expect(create({ kinds: [new URL('../domain.ts', import.meta.url)] }).start()).rejects.toThrow('exports no jobKind');
});

describe('e-mail jobs', () => {
  const mail = { to: 'ada@site.test', subject: 'Plan A', text: 'It was added.' };
  const send = (payload: unknown) => jobs.ended(jobs.add({ kind: 'email', payload }));

  it('are sent by default', async () => {
    await create({ kinds: [email] }).start();
    expect(await send({ ...mail, notification: 'n-1' })).toMatchObject({ result: { channel: 'email', recipient: 'ada@site.test' } });
    expect(server.accepted).toHaveLength(1);
  });

  it('leave no line to the server open behind them', async () => {
    await create({ kinds: [email] }).start();
    await send(mail);
    expect(await eventually(() => server.connections === 0)).toBe(true);
  });

  it('with a payload that is none are dead letters at once, and nothing is sent', async () => {
    await create({ kinds: [email], threads: 2 }).start();
    const { to: _to, ...withoutTo } = mail;
    const { subject: _subject, ...withoutSubject } = mail;
    const { text: _text, ...withoutText } = mail;
    const payloads: unknown[] = [
      null,
      'mail',
      [],
      {},
      withoutTo,
      withoutSubject,
      withoutText,
      { ...mail, to: '' },
      { ...mail, to: 7 },
      { ...mail, to: ['ada@site.test'] },
      { ...mail, to: 'ada@site.test\r\nBcc: eve@site.test' },
      { ...mail, to: 'ada@site.test\n' },
      { ...mail, to: 'ada\u0000@site.test' },
      { ...mail, to: `${'a'.repeat(255)}@site.test` },
      { ...mail, to: 'ada@site.test>, <eve@site.test' },
      { ...mail, to: 'ada@site.test, eve@site.test' },
      { ...mail, subject: '' },
      { ...mail, subject: 'Plan\r\nBcc: eve@site.test' },
      { ...mail, subject: 'Plan\rA' },
      { ...mail, subject: 'p'.repeat(501) },
      { ...mail, subject: { name: 'Plan A' } },
      { ...mail, text: 't'.repeat(100_001) },
      { ...mail, text: null },
      { ...mail, notification: 9 },
    ];
    for (const end of await Promise.all(payloads.map(send))) expect(end).toMatchObject({ failure: { class: 'terminal' } });
    expect(server.received).toEqual([]);
    expect(await database.admin('workers')("select 1 from send where recipient <> 'ada@site.test'")).toEqual([]);
  });
});

/** The worker threads that this process has. */
function threads(): number {
  const { workers: found } = process.report.getReport() as unknown as { workers: readonly unknown[] };
  return found.length;
}

it('stops although its queue does not answer', async () => {
  const asked = Promise.withResolvers<void>();
  workers = createWorkers({
    jobs: {
      ...jobs,
      lease() {
        asked.resolve();
        return new Promise(() => undefined);
      },
    },
    access: database.access,
    settings: { mail: server.mail, whatsapp: null, documents: null, http: null },
    log: silentLog,
    options: { kinds: ownKinds, graceMs: 50 },
  });
  await workers.start();
  await asked.promise;
  await workers.stop();
});
