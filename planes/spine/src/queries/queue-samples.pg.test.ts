import { uuidv7 } from '@etis/kernel';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { thing } from '../spine-fixture.ts';
import { createWorld, type SpineWorld } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

const aged = (sql: string) => world.database.admin('spine')(sql);
const job = (tenant: string, kind = 'email') => ({
  ...{ id: uuidv7(), kind, tenant, cause: uuidv7(), flow: uuidv7(), payload: null },
  traceparent: thing('acme').traceparent,
});

it('tells how far the router is behind, and since when', async () => {
  const { queues, inbox } = world.rest();
  const [service] = world.rest().services(['inbox']);
  await service?.start();
  expect(await queues.inbox()).toEqual([{ queue: 'inbox', tenant: null, depth: 0, oldestMs: 0 }]);
  await Promise.all([inbox.append(thing('acme')), inbox.append(thing('birch'))]);
  await aged("update inbox set received_at = received_at - interval '90 s' where position = (select min(position) from inbox)");
  const [ahead] = await queues.inbox();
  expect(ahead).toMatchObject({ queue: 'inbox', tenant: null, depth: 2 });
  expect(ahead?.oldestMs).toBeGreaterThanOrEqual(90_000);
  await world.routeAll();
  expect(await queues.inbox()).toEqual([{ queue: 'inbox', tenant: null, depth: 0, oldestMs: 0 }]);
  await service?.stop();
});

it('tells the lanes in which something waits or is parked, the longest wait first', async () => {
  const { queues, inbox } = world.rest();
  expect(await queues.lanes()).toEqual([]);
  await Promise.all([inbox.append(thing('acme')), inbox.append(thing('acme')), inbox.append(thing('birch'))]);
  await world.routeAll();
  const names = (await queues.lanes()).map(({ queue, tenant, depth }) => [queue, tenant, depth]);
  expect(names).toEqual(expect.arrayContaining([[expect.stringMatching(/^lane\//), 'acme', 2]]));
  await aged("update event set routed_at = routed_at - interval '1 hour' where tenant_id = 'birch'");
  const [first] = await queues.lanes();
  expect(first).toMatchObject({ tenant: 'birch', depth: 1 });
  expect(first?.oldestMs).toBeGreaterThanOrEqual(3_600_000);
  await aged('update lane_progress p set position = l.head from lane l where l.id = p.lane_id');
  expect(await queues.lanes()).toEqual([]);
  await aged(`insert into parked (lane_id, position, state, attempts, error, retry_at)
    select l.id, l.head, 'parked', 1, 'no', now() from lane l where l.tenant_id = 'acme'`);
  expect((await queues.lanes()).every(({ tenant, depth }) => tenant === 'acme' && depth === 1)).toBe(true);
});

it('tells the jobs that are due and nobody has, of the kinds that are asked for', async () => {
  const { queues, jobs } = world.rest();
  expect(await queues.jobs(null)).toEqual([]);
  await jobs.enqueue([job('acme'), job('acme'), job('birch'), job('acme', 'whatsapp')]);
  const seen = async (kinds: readonly string[] | null) =>
    (await queues.jobs(kinds)).map(({ queue, tenant, depth }) => `${queue} ${tenant} ${depth}`).sort();
  expect(await seen(null)).toEqual(['job/email acme 2', 'job/email birch 1', 'job/whatsapp acme 1']);
  expect(await seen(['whatsapp'])).toEqual(['job/whatsapp acme 1']);
  await jobs.lease({ kinds: ['whatsapp'], limit: 1, leaseMs: 60_000 });
  expect(await seen(null)).toEqual(['job/email acme 2', 'job/email birch 1']);
});
