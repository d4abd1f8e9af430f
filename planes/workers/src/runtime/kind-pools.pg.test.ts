import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Service, silentLog, uuidv7 } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workersDomain } from '../domain.ts';
import { createFakeJobs, type FakeJobs } from '../testing/fake-jobs.ts';
import { type Gate, openGate } from '../testing/gate.ts';
import { createWorkers } from './workers.ts';
import type { WorkersOptions } from './workers-options.ts';

const kindAt = (name: string) => new URL(`../testing/${name}-kind.ts`, import.meta.url);

let database: TestDatabase;
let gate: Gate;
let jobs: FakeJobs;
let workers: Service;
beforeAll(async () => {
  [database, gate] = await Promise.all([createTestDatabase({ domains: [workersDomain] }), openGate()]);
});
afterAll(() => Promise.all([gate.close(), database.drop()]));
beforeEach(() => {
  jobs = createFakeJobs();
});
afterEach(() => workers.stop());

async function start(kinds: readonly string[], options: Partial<WorkersOptions> = {}, documents: string | null = null): Promise<void> {
  workers = createWorkers({
    jobs,
    access: database.access,
    settings: {
      mail: null,
      whatsapp: null,
      documents: documents === null ? null : { store: { kind: 'folder', path: documents } },
      http: null,
    },
    log: silentLog,
    options: { threads: 1, kinds: kinds.map(kindAt), abortMs: 100, logLevel: 'silent', ...options },
  });
  await workers.start();
}

const wild = (act: string) => jobs.add({ kind: 'wild', payload: { act, port: gate.port } });
const heavy = () => jobs.add({ kind: 'heavy', payload: {} });

describe('a kind with a memory limit of its own', () => {
  it('has threads of its own with that limit, and waits for nobody else', async () => {
    await start(['wild', 'heavy']);
    const light = wild('wait');
    const atGate = await gate.arrival();
    expect(await jobs.ended(heavy())).toEqual({ result: { thread: expect.any(Number), memoryMb: 48 } });
    atGate.open();
    expect(await jobs.ended(light)).toMatchObject({ result: { did: 'wait' } });
  });

  it('is leased with the limits that it states, and the light ones with none', async () => {
    await start(['wild', 'heavy']);
    await eventually(() => jobs.asked.length >= 2);
    const limitsOf = (kind: string) => jobs.asked.find(({ kinds }) => kinds.includes(kind))?.limits;
    expect(limitsOf('wild')).toEqual({});
    expect(limitsOf('heavy')).toEqual({ heavy: { perTenant: { concurrent: 1 }, inAll: { rate: { count: 10, perMs: 1_000 } } } });
  });
});

describe('kinds', () => {
  it('are leased only where they are asked for and have what they need', async () => {
    await start(['wild', 'heavy', 'broken'], { only: ['heavy', 'broken'] });
    await eventually(() => jobs.asked.length > 0);
    expect(new Set(jobs.asked.flatMap(({ kinds }) => kinds))).toEqual(new Set(['heavy']));
  });

  it('of one name in two modules refuse the start', async () => {
    await expect(start(['wild', 'wild'])).rejects.toMatchObject({ code: 'WORKERS_KIND_TWICE' });
  });
});

describe('a thread that cannot start', () => {
  it('is no fault of its job: it is given back untried, and run once threads start again', async () => {
    const obstacle = join(tmpdir(), `etis-broken-${uuidv7()}`);
    await writeFile(obstacle, '');
    try {
      await start(['broken'], {}, obstacle);
      const job = jobs.add({ kind: 'broken', payload: {} });
      expect(await jobs.ended(job)).toEqual({ deferredMs: expect.any(Number) });
    } finally {
      await rm(obstacle);
    }
    expect(await jobs.ended(jobs.add({ kind: 'broken', payload: {} }))).toEqual({ result: 'mended' });
  });

  it('is not tried again at once', async () => {
    const obstacle = join(tmpdir(), `etis-broken-${uuidv7()}`);
    await writeFile(obstacle, '');
    try {
      await start(['broken'], {}, obstacle);
      await jobs.ended(jobs.add({ kind: 'broken', payload: {} }));
      const asked = jobs.asked.length;
      jobs.add({ kind: 'broken', payload: {} });
      jobs.add({ kind: 'broken', payload: {} });
      // The loop is woken by each of them, and asks for nothing while the pool rests.
      await new Promise((resolve) => setImmediate(resolve));
      expect(jobs.asked.length).toBe(asked);
    } finally {
      await rm(obstacle);
    }
  });
});

describe('what a job does in its thread', () => {
  it.each<[string, object]>([
    ['retry-after', { failure: { class: 'retry', error: 'the other side is busy', afterMs: 1_500 } }],
    ['defer', { deferredMs: 2_500 }],
    ['nothing', { result: null }],
    ['function', { result: {} }],
    ['circle', { result: { omitted: expect.stringContaining('not JSON') } }],
  ])('%s is told as it is meant', async (act, end) => {
    await start(['wild']);
    expect(await jobs.ended(wild(act))).toEqual(end);
  });

  it('is told how far it is, seldom enough to cost nothing, and never what is no share', async () => {
    await start(['wild']);
    const job = wild('progress');
    await jobs.ended(job);
    const told = jobs.progressed.get(job.claim) ?? [];
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(20);
    for (const { done } of told) expect(done >= 0 && done <= 1).toBe(true);
  });

  it('ends at once when it obeys the signal that its lease is lost', async () => {
    await start(['wild'], { leaseMs: 60, abortMs: 30_000 });
    const job = wild('obey');
    const { gone } = await gate.arrival();
    jobs.lose(job);
    await gone;
    await eventually(() => jobs.refused.includes(job.claim));
  });
});
