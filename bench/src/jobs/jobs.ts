import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createGovernanceStore } from '@etis/agent';
import type { Jobs } from '@etis/contracts/jobs';
import { silentLog } from '@etis/kernel';
import { createEmbeddedServer, type DatabaseAccess, openAdmin, openDomain, prepare } from '@etis/postgres';
import { createSpine, spineDomain } from '@etis/spine';
import { hasRedis, startRedis } from '@etis/testing';
import { workersDomain } from '@etis/workers';
import { type BenchReport, median, quantile } from '../report.ts';
import { bullmq } from './bullmq.ts';
import { type Contender, concurrency, heldAtOnce } from './contender.ts';
import { etisInProcess } from './etis.ts';
import { etisThreads } from './etis-threads.ts';
import { graphileWorker } from './graphile.ts';

const rounds = 5;
const jobsPerRound = 20_000;
const warmUpJobs = 4_000;
const enqueueBatch = 500;
const pickUps = 200;
/** Between two jobs that are picked up, so that workers have come to rest. */
const pickUpSpacingMs = 20;

interface Figures {
  readonly enqueued: number[];
  readonly drained: number[];
  pickUp: readonly number[];
}

/**
 * Jobs that do nothing: how many a second one worker process takes and ends, and how soon a lone one is picked up. All have their jobs on disk
 * before they say so (synchronous_commit on, appendfsync always). Contenders take turns within each round.
 */
export async function jobs(print: (line: string) => void): Promise<BenchReport> {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'etis-bench-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  // PostgreSQL runs as another user when this is run as root, and has to reach its folder in it.
  await chmod(home, 0o755);
  const server = createEmbeddedServer({ home, log: silentLog, notice: () => {} });
  await server.start();
  stack.defer(() => server.stop());
  const admin = server.admin();
  const access = await prepare({ admin, domains: [spineDomain, workersDomain], layout: 'each', log: silentLog });
  const session = await openAdmin(admin);
  await session.query('create database graphile');
  await session.close();

  const here = await openSpine(access);
  const elsewhere = await openSpine(access);
  const contenders: Contender[] = [
    etisInProcess({ jobs: here.jobs, enqueuer: elsewhere.jobs, stop: async () => {} }),
    etisThreads({ jobs: here.jobs, enqueuer: elsewhere.jobs, access, stop: async () => {} }),
    await graphileWorker({ ...admin, database: 'graphile' }),
  ];
  if (!hasRedis())
    print('BullMQ is left out: there is no redis-server on this machine. Install it (apt-get install redis-server) to compare.');
  else {
    const redis = await startRedis('always');
    stack.defer(() => redis.stop());
    contenders.push(bullmq(redis));
  }
  stack.defer(() => Promise.all([here.stop(), elsewhere.stop()]).then(() => undefined));
  stack.defer(async () => {
    for (const contender of contenders) await contender.close();
  });

  const figures = new Map<string, Figures>(contenders.map(({ name }) => [name, { enqueued: [], drained: [], pickUp: [] }]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const contender of contenders) {
      const count = round === 0 ? warmUpJobs : jobsPerRound;
      const enqueued = await rate(count, () => contender.enqueue(count, enqueueBatch));
      const drained = await rate(count, () => contender.drain(count));
      if (round === 0) continue;
      figures.get(contender.name)?.enqueued.push(enqueued);
      figures.get(contender.name)?.drained.push(drained);
      print(`round ${round}  ${contender.name.padEnd(16)} ${shown(enqueued)} enqueued/s ${shown(drained)} jobs/s`);
    }
  }
  for (const contender of contenders) {
    const found = figures.get(contender.name);
    if (found !== undefined) found.pickUp = await pickUpTimes(contender);
  }
  return report(figures, print);
}

async function openSpine(access: DatabaseAccess): Promise<{ jobs: Jobs; stop(): Promise<void> }> {
  const db = openDomain({ domain: spineDomain, access, log: silentLog });
  const spine = createSpine({
    db,
    governance: createGovernanceStore({ log: silentLog }).governance,
    adapters: new Map(),
    transport: { deliver: () => Promise.reject(new Error('the bench delivers nothing')) },
    log: silentLog,
  });
  const services = spine.services(['jobs']);
  for (const service of services) await service.start();
  return {
    jobs: spine.jobs,
    async stop() {
      for (const service of services) await service.stop();
      await db.close();
    },
  };
}

async function rate(count: number, act: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await act();
  return (count * 1_000) / (performance.now() - start);
}

async function pickUpTimes(contender: Contender): Promise<readonly number[]> {
  const idle = await contender.pickUp();
  const times: number[] = [];
  for (let n = 0; n < pickUps + 20; n += 1) {
    await delay(pickUpSpacingMs);
    const ms = await idle.once();
    if (n >= 20) times.push(ms);
  }
  await idle.stop();
  return times;
}

function shown(value: number): string {
  return Math.round(value).toString().padStart(7);
}

function report(figures: ReadonlyMap<string, Figures>, print: (line: string) => void): BenchReport {
  const of = <T>(make: (found: Figures) => T) => Object.fromEntries([...figures].map(([name, found]) => [name, make(found)]));
  // The ratio of each round first, then their median: both of a pair saw the same machine.
  const ratios = (figures.get('etis')?.drained ?? []).map(
    (value, round) => value / (figures.get('graphile-worker')?.drained[round] ?? Number.NaN),
  );
  const value = Number(median(ratios).toFixed(3));
  print('');
  for (const [name, { enqueued, drained, pickUp }] of figures) {
    print(
      `${name.padEnd(16)} ${shown(median(enqueued))} enqueued/s ${shown(median(drained))} jobs/s   picked up after ${median(pickUp).toFixed(1)} ms, p99 ${quantile(pickUp, 0.99).toFixed(1)} ms`,
    );
  }
  return {
    bench: 'jobs',
    targets: [{ name: 'etis / graphile-worker, jobs per second', value, target: '>=1', met: value >= 1 }],
    results: {
      jobsPerSecond: of(({ drained }) => Math.round(median(drained))),
      enqueuedPerSecond: of(({ enqueued }) => Math.round(median(enqueued))),
      pickUpMilliseconds: of(({ pickUp }) => ({ p50: Number(median(pickUp).toFixed(2)), p99: Number(quantile(pickUp, 0.99).toFixed(2)) })),
      ratioByRound: ratios.map((ratio) => Number(ratio.toFixed(3))),
      jobsPerRound,
      enqueueBatch,
      concurrency,
      heldAtOnce: { etis: heldAtOnce, 'etis in threads': concurrency, 'graphile-worker': heldAtOnce, bullmq: concurrency },
      durability: 'synchronous_commit on; appendfsync always',
    },
  };
}
