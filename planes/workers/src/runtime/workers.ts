import { setTimeout as delay } from 'node:timers/promises';
import { createThrottle } from '@etis/agent';
import { type Directives, unrestricted } from '@etis/contracts/directives';
import type { Jobs } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import { type Meter, unmetered } from '@etis/contracts/telemetry';
import { createLoop, type Service, systemClock } from '@etis/kernel';
import type { DatabaseAccess } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type JobKind, loadJobKind } from './job-kind.ts';
import { createKindPool, type KindPool } from './kind-pool.ts';
import type { KindSettings } from './kind-settings.ts';
import { createJobRestraint } from './restraint.ts';
import { createThreads } from './threads.ts';
import { type WorkersOptions, workersOptions } from './workers-options.ts';

/**
 * Leases jobs and runs each in a thread of its own: a job that crashes, hangs or eats its memory takes nothing with it. Holds no state:
 * what it had leased when it died is leased again by another. `stop` leases nothing new, lets what runs finish within the grace, ends the rest,
 * and gives back untried what had not begun. @throws WORKERS_KIND_TWICE at the start
 */
export function createWorkers(deps: {
  jobs: Jobs;
  access: DatabaseAccess;
  settings: KindSettings;
  /** By default nothing is restricted. */
  directives?: Directives;
  /** Is told of every job as `job/<kind>`; by default nobody is. */
  meter?: Meter;
  log: Log;
  options?: Partial<WorkersOptions>;
}): Service {
  const { jobs, access, settings, directives = unrestricted, meter = unmetered } = deps;
  const restraint = createJobRestraint({ directives, throttle: createThrottle(directives, systemClock), clock: systemClock });
  const log = deps.log.child({ plane: 'workers' });
  const options = workersOptions(deps.options);
  let pools: readonly KindPool[] = [];
  let forget: readonly (() => void)[] = [];

  const heartbeat = createLoop({
    name: 'workers heartbeat',
    log,
    idleMs: options.leaseMs / 3,
    async round() {
      const runs = pools.flatMap(({ running }) => [...running]);
      if (runs.length === 0) return false;
      const held = new Set(
        await jobs.heartbeat(
          runs.map(([claim]) => claim),
          options.leaseMs,
        ),
      );
      for (const [claim, run] of runs) if (!held.has(claim)) run.abort('it was cancelled, or its lease was lost');
      return false;
    },
  });

  function makePool(name: string, loaded: readonly LoadedKind[], size: { threads: number; memoryMb: number; keep: number }): KindPool {
    const { logLevel, startMs, idleMs, leaseMs, abortMs } = options;
    const setup = { modules: loaded.map(({ module }) => module), access, settings, logLevel };
    const threads = createThreads({ setup, memoryMb: size.memoryMb, keep: size.keep, startMs, idleMs, log });
    return createKindPool({
      name,
      kinds: loaded.map(({ kind }) => kind),
      size: size.threads,
      threads,
      jobs,
      log,
      leaseMs,
      abortMs,
      restraint,
      meter,
    });
  }

  function makePools(loaded: readonly LoadedKind[]): readonly KindPool[] {
    const light = loaded.filter(({ kind }) => kind.memoryMb === undefined);
    const heavy = loaded.flatMap((one) => (one.kind.memoryMb === undefined ? [] : [{ ...one, memoryMb: one.kind.memoryMb }]));
    return [
      ...(light.length === 0 ? [] : [makePool('light', light, { ...options, keep: 1 })]),
      ...heavy.map((one) => makePool(one.kind.kind, [one], { threads: options.heavyThreads, memoryMb: one.memoryMb, keep: 0 })),
    ];
  }

  /** Leases nothing new and waits for what runs. */
  async function finish(): Promise<void> {
    await Promise.all(pools.map(({ leasing }) => leasing.stop()));
    await Promise.all(pools.flatMap(({ running }) => [...running.values()].map(({ ended }) => ended)));
    await heartbeat.stop();
  }

  return {
    name: 'workers',
    async start() {
      pools = makePools(leasable(await Promise.all(options.kinds.map(load)), settings, options.only));
      forget = [
        jobs.onReady(() => {
          for (const { leasing } of pools) leasing.wake();
        }),
        directives.subscribe(() => {
          for (const pool of pools) pool.followDirectives();
        }),
      ];
      for (const { leasing } of pools) await leasing.start();
      await heartbeat.start();
    },
    async stop() {
      for (const one of forget) one();
      forget = [];
      const finished = finish();
      const grace = setTimeout(() => {
        for (const { running } of pools) for (const run of running.values()) run.abort('the worker stops');
      }, options.graceMs);
      // A queue that does not answer must not keep the platform from stopping: what it was not told runs again after its lease.
      await Promise.race([finished, delay(options.graceMs + options.abortMs + 1_000, undefined, { ref: false })]);
      clearTimeout(grace);
      await Promise.all(pools.map((pool) => pool.close()));
      pools = [];
    },
  };
}

/** A kind and the module that its threads load. */
interface LoadedKind {
  readonly module: string;
  readonly kind: JobKind;
}

async function load({ href }: URL): Promise<LoadedKind> {
  return { module: href, kind: await loadJobKind(href) };
}

/** The kinds that run here: asked for, and with what they need. */
function leasable(loaded: readonly LoadedKind[], settings: KindSettings, only: readonly string[] | null): readonly LoadedKind[] {
  const names = new Set<string>();
  for (const { kind } of loaded) {
    if (names.has(kind.kind)) throw errors.KIND_TWICE(kind.kind);
    names.add(kind.kind);
  }
  return loaded.filter(({ kind }) => (only?.includes(kind.kind) ?? true) && (kind.needs === undefined || settings[kind.needs] !== null));
}
