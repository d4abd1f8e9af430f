import { createDirectives, type DirectivesStore } from '@etis/agent';
import type { RestrictingDirective } from '@etis/contracts/directives';
import type { LeasedJob } from '@etis/contracts/jobs';
import { type Service, silentLog, systemClock, uuidv7 } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workersDomain } from '../domain.ts';
import { createFakeJobs, type FakeJobs } from '../testing/fake-jobs.ts';
import { type Gate, openGate } from '../testing/gate.ts';
import { createWorkers } from './workers.ts';

const kinds = [new URL('../testing/wild-kind.ts', import.meta.url), new URL('../testing/endless-kind.ts', import.meta.url)];

let database: TestDatabase;
let gate: Gate;
beforeAll(async () => {
  [database, gate] = await Promise.all([createTestDatabase({ domains: [workersDomain] }), openGate()]);
});
afterAll(() => Promise.all([gate.close(), database.drop()]));

let jobs: FakeJobs;
let directives: DirectivesStore;
let workers: Service;
let ordered = 0;
beforeEach(async () => {
  jobs = createFakeJobs();
  directives = createDirectives({ clock: systemClock, log: silentLog });
  workers = createWorkers({
    jobs,
    access: database.access,
    settings: { mail: null, whatsapp: null, documents: null, http: null },
    directives,
    log: silentLog,
    options: { threads: 2, kinds, abortMs: 5_000, logLevel: 'silent' },
  });
});
afterEach(() => workers.stop());

function issued() {
  ordered += 1;
  const common = { installation: 'under-test', epoch: 1, reason: 'a fire in the hall', by: 'operator/test' };
  return { ...common, id: uuidv7(), sequence: ordered, issuedAt: new Date().toISOString() };
}

function order(given: Partial<RestrictingDirective>): string {
  const directive: RestrictingDirective = { verb: 'pause', scope: {}, ...issued(), ...given };
  directives.apply(directive, directive.id);
  return directive.id;
}

function resume(...ends: readonly string[]): void {
  const directive = { ...issued(), verb: 'resume' as const, ends };
  directives.apply(directive, directive.id);
}

const add = (act: string, tenant = 'acme'): LeasedJob => jobs.add({ kind: 'wild', tenant, payload: { act, port: gate.port } });
/** The next leases, as they were asked for. */
async function nextLease() {
  const before = jobs.asked.length;
  await eventually(() => jobs.asked.length > before);
  return jobs.asked.at(-1);
}

describe('a kill', () => {
  it('ends a running job at once and gives it back as one to retry, with the reason', async () => {
    await workers.start();
    const job = add('obey');
    const { gone } = await gate.arrival();
    order({ verb: 'kill', scope: { tenant: 'acme' } });
    expect(await jobs.ended(job)).toEqual({
      failure: { class: 'retry', error: 'a directive killed it: a fire in the hall' },
    });
    await gone;
  });

  it('leaves the jobs of others alone', async () => {
    await workers.start();
    const job = add('wait', 'birch');
    const arrival = await gate.arrival();
    order({ verb: 'kill', scope: { tenant: 'acme' } });
    order({ verb: 'kill', scope: { kind: 'endless' } });
    arrival.open();
    expect(await jobs.ended(job)).toMatchObject({ result: { did: 'wait' } });
  });

  it('gives a job back untried whose thread has not begun it', async () => {
    workers = createWorkers({
      jobs,
      access: database.access,
      settings: { mail: null, whatsapp: null, documents: null, http: null },
      directives,
      log: silentLog,
      options: { threads: 4, kinds, abortMs: 5_000, logLevel: 'silent' },
    });
    const added = ['a', 'b', 'c'].map(() => add('succeed'));
    await workers.start();
    await eventually(() => added.every((job) => jobs.holds(job)));
    order({ verb: 'kill' });
    const ends = await Promise.all(added.map((job) => jobs.ended(job)));
    // None had a thread that was ready for it.
    expect(ends).toEqual(added.map(() => ({ deferredMs: expect.any(Number) })));
  });
});

describe('a stopped kind or tenant', () => {
  it.each(['kill', 'pause', 'drain'] as const)('is not leased under a %s, and is again when that is resumed', async (verb) => {
    const id = order({ verb, scope: { kind: 'wild' } });
    const job = add('succeed');
    await workers.start();
    expect(await nextLease()).toMatchObject({ kinds: ['endless'] });
    expect(jobs.holds(job)).toBe(false);
    resume(id);
    expect(await jobs.ended(job)).toMatchObject({ result: { did: 'succeed' } });
  });

  it('is left where it is, by tenant and by the product that a job reports to', async () => {
    order({ scope: { tenant: 'acme' } });
    order({ verb: 'kill', scope: { product: 'nudge' } });
    order({ scope: { tenant: 'birch', kind: 'endless' } });
    await workers.start();
    await nextLease();
    await eventually(() => jobs.asked.length >= 2);
    const asked = new Map(jobs.asked.flatMap(({ kinds: names, except }) => names.map((name) => [name, except])));
    expect(asked.get('wild')).toEqual({ tenants: ['acme'], products: ['nudge'] });
    expect(asked.get('endless')).toEqual({ tenants: ['acme', 'birch'], products: ['nudge'] });
  });

  it('has everything stopped where it is the whole platform', async () => {
    const id = order({});
    await workers.start();
    const job = add('succeed');
    // The round that the new job asked for has come and gone.
    await new Promise((resolve) => setImmediate(resolve));
    expect(jobs.asked).toEqual([]);
    resume(id);
    expect(await jobs.ended(job)).toMatchObject({ result: { did: 'succeed' } });
  });

  it.each(['pause', 'drain'] as const)('lets a running job finish under a %s', async (verb) => {
    await workers.start();
    const job = add('wait');
    const arrival = await gate.arrival();
    order({ verb });
    arrival.open();
    expect(await jobs.ended(job)).toMatchObject({ result: { did: 'wait' } });
  });

  it('gives back untried what the queue could not leave out', async () => {
    await workers.start();
    order({ scope: { tenant: 'acme', product: 'nudge' } });
    const theirs = jobs.add({ kind: 'wild', payload: { act: 'succeed' }, tenant: 'acme', reportTo: 'nudge' });
    expect(await jobs.ended(theirs)).toEqual({ deferredMs: 1_000 });
    const other = jobs.add({ kind: 'wild', payload: { act: 'succeed' }, tenant: 'birch', reportTo: 'nudge' });
    expect(await jobs.ended(other)).toMatchObject({ result: { did: 'succeed' } });
  });
});

describe('a throttle', () => {
  it('bounds how many begin, and gives back untried what was leased beyond it', async () => {
    order({ verb: 'throttle', rate: { count: 2, perMs: 86_400_000 }, scope: { tenant: 'acme' } });
    await workers.start();
    const added = [1, 2, 3, 4].map(() => add('succeed'));
    const other = add('succeed', 'birch');
    expect(await jobs.ended(other)).toMatchObject({ result: { did: 'succeed' } });
    const ends = await Promise.race([
      Promise.all(added.slice(0, 3).map((job) => jobs.ended(job))),
      new Promise<never>((_, reject) => setTimeout(() => reject(new Error('too slow')), 10_000)),
    ]);
    expect(ends.filter((end) => 'result' in end)).toHaveLength(2);
    expect(ends.filter((end) => 'deferredMs' in end)).toHaveLength(1);
    await eventually(() => jobs.asked.at(-1)?.except?.tenants.includes('acme') === true);
  });

  it('of a kind asks for no more than it leaves', async () => {
    order({ verb: 'throttle', rate: { count: 1, perMs: 86_400_000 }, scope: { kind: 'wild' } });
    await workers.start();
    const added = [1, 2, 3].map(() => add('succeed'));
    const [first] = added;
    expect(await jobs.ended(first as LeasedJob)).toMatchObject({ result: { did: 'succeed' } });
    await eventually(() => jobs.asked.at(-1)?.kinds.includes('wild') === false);
    expect(added.slice(1).map((job) => jobs.holds(job))).toEqual([false, false]);
  });
});
