import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TelemetryBatch } from '@etis/contracts/telemetry';
import { silentLog, systemClock } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts';

let folder: string;
let running: Telemetry[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-telemetry-'));
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  running = [];
  await rm(folder, { recursive: true, force: true });
});

/** A platform that can be out of reach. */
function platform() {
  const taken: TelemetryBatch[] = [];
  const state = { answer: async (): Promise<boolean> => true, asked: 0 };
  return {
    taken,
    state,
    async send(batch: TelemetryBatch) {
      state.asked += 1;
      const isTaken = await state.answer();
      if (isTaken) taken.push(batch);
      return isTaken;
    },
  };
}

async function started(sink: TelemetryOptions['sink'], given: Partial<TelemetryOptions> = {}): Promise<Telemetry> {
  const options = { subscriber: 'router.one', roles: ['router'], sink, folder, clock: systemClock, intervalMs: 5, log: silentLog };
  const telemetry = createTelemetry({ ...options, ...given });
  running.push(telemetry);
  await telemetry.start();
  return telemetry;
}

describe('telemetry', () => {
  it('reports the process, its queues and its work', async () => {
    const sink = platform();
    const telemetry = await started(sink);
    telemetry.meter.watchQueues(async () => [{ queue: 'inbox', tenant: null, depth: 3, oldestMs: 20 }]);
    telemetry.meter.watchQueues(async () => [{ queue: 'job/email', tenant: 'arbor', depth: 9, oldestMs: 50 }]);
    telemetry.meter.work({ work: 'route', tenant: 'arbor', ms: 12, failed: false });
    const report = await eventually(() => sink.taken.flatMap(({ reports }) => reports).find(({ work }) => work.length > 0));
    expect(report).toMatchObject({
      subscriber: 'router.one',
      roles: ['router'],
      queues: [{ queue: 'job/email' }, { queue: 'inbox' }],
      work: [{ work: 'route', tenant: 'arbor', done: 1, busyMs: 12 }],
      lost: 0,
    });
    expect(report.process.cpu).toBeGreaterThanOrEqual(0);
    expect(report.process.rssBytes).toBeGreaterThan(1_000_000);
    expect(report.process.eventLoopDelayMs).toBeGreaterThanOrEqual(0);
  });

  it('sees an event loop that was blocked', async () => {
    const sink = platform();
    await started(sink);
    await eventually(() => sink.taken.length > 0);
    const until = performance.now() + 200;
    while (performance.now() < until);
    await eventually(() => sink.taken.some(({ reports }) => reports.some(({ process }) => process.eventLoopDelayMs > 100)));
  });

  it('reports without the queues of a reader that fails or hangs', async () => {
    const sink = platform();
    const telemetry = await started(sink);
    telemetry.meter.watchQueues(() => Promise.reject(new Error('no database')));
    telemetry.meter.watchQueues(() => new Promise(() => undefined));
    telemetry.meter.watchQueues(async () => [{ queue: 'inbox', tenant: null, depth: 1, oldestMs: 1 }]);
    const report = await eventually(() => sink.taken.at(-1)?.reports.find(({ queues }) => queues.length > 0));
    expect(report.queues).toHaveLength(1);
  });

  it('keeps what the platform does not take, over a restart, and sends it in order afterwards, nothing lost, nothing repeated', async () => {
    const away = platform();
    away.state.answer = async () => false;
    const before = await started(away);
    for (let number = 1; number <= 5; number += 1) {
      before.meter.work({ work: `job/${number}`, tenant: null, ms: 1, failed: false });
      const asked = away.state.asked;
      await eventually(() => away.state.asked > asked);
    }
    await before.stop();
    const back = platform();
    const after = await started(back);
    after.meter.work({ work: 'job/6', tenant: null, ms: 1, failed: false });
    const works = () => back.taken.flatMap(({ reports }) => reports.flatMap(({ work }) => work.map((one) => one.work)));
    await eventually(() => works().includes('job/6'));
    expect(works()).toEqual(['job/1', 'job/2', 'job/3', 'job/4', 'job/5', 'job/6']);
    const numbers = back.taken.map(({ sequence }) => sequence);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  it('sends the same under the same sequence when the answer was lost', async () => {
    const sink = platform();
    const sent: TelemetryBatch[] = [];
    await started({
      async send(batch) {
        sent.push(batch);
        if (sent.length === 1) throw new Error('the connection ended');
        return sink.send(batch);
      },
    });
    await eventually(() => sent.length > 1);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('gives the oldest up and says how many', async () => {
    const sink = platform();
    sink.state.answer = async () => false;
    await started(sink, { maxBytes: 2_000 });
    await eventually(() => sink.state.asked > 20);
    sink.state.answer = async () => true;
    const lost = () => sink.taken.reduce((sum, { reports }) => sum + (reports[0]?.lost ?? 0), 0);
    expect(await eventually(lost)).toBeGreaterThan(5);
  });

  it('stops although the platform does not answer, and keeps what happened last', async () => {
    const silent = platform();
    silent.state.answer = () => new Promise(() => undefined);
    const telemetry = await started(silent);
    await eventually(() => silent.state.asked > 0);
    telemetry.meter.work({ work: 'last', tenant: null, ms: 1, failed: false });
    await telemetry.stop();
    const back = platform();
    await started(back);
    await eventually(() => back.taken.some(({ reports }) => reports.some(({ work }) => work.some((one) => one.work === 'last'))));
  });

  it('gives reports of a clock that stands still or goes back growing sequences', async () => {
    const sink = platform();
    let now = 1_000_000;
    await started(sink, { clock: { now: () => (now -= 10) } });
    await eventually(() => sink.taken.length > 5);
    const numbers = sink.taken.map(({ sequence }) => sequence);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });
});
