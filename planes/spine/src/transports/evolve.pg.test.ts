import { randomBytes } from 'node:crypto';
import type { TransportName } from '@etis/contracts/event-routing';
import { silentLog } from '@etis/kernel';
import { eventually, hasRedis, type RedisServer, startRedis, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDirectTransport, type Spine } from '../index.ts';
import { fakeCluster, thing } from '../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled } from '../spine-under-test.ts';
import { createBullmqTransport } from './bullmq/transport.ts';

const settings = { ...quick, dispatcher: { ...quick.dispatcher, leaseMs: 240 } };

let world: SpineWorld;
let redis: RedisServer;
let ends: (() => Promise<void>)[];
beforeEach(async () => {
  world = await createWorld();
  ends = [];
});
afterEach(async () => {
  await world.end();
  for (const end of ends.toReversed()) await end();
});

const key = randomBytes(32);
const cluster = () => fakeCluster();
type Cluster = ReturnType<typeof cluster>;

/** A process that hosts the cluster, and has a way over Redis where one is given. */
async function startProcess(node: string, given: { host?: Cluster; url?: string }) {
  const hosts = new Map(given.host === undefined ? [] : [['nudge-standard', { handle: given.host.deliver }] as const]);
  const bullmq = given.url === undefined ? undefined : createBullmqTransport({ url: given.url, key, log: silentLog });
  if (bullmq !== undefined) {
    await bullmq.start();
    ends.push(() => bullmq.stop());
    for (const [id, { handle }] of hosts) {
      const receiver = bullmq.receive(id, handle);
      await receiver.start();
      ends.push(() => receiver.stop());
    }
  }
  return await world.startProcess({
    transport: createDirectTransport(hosts),
    hosts: () => [...hosts.keys()],
    node,
    settings,
    ...(bullmq === undefined ? {} : { bullmq }),
  });
}

async function choose(spine: Spine, to: TransportName): Promise<void> {
  const { eventRouting } = spine.operations;
  await eventually(async () => {
    await eventRouting.choose(testContext(), to, 'a test');
    return true;
  });
  await eventually(async () => (await eventRouting.show()).settled);
}

const subjects = (sent: readonly { readonly body: Buffer }[]) =>
  sent.map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject);

describe.skipIf(!hasRedis())('event routing', () => {
  beforeEach(async () => {
    redis = await startRedis();
    ends.push(() => redis.stop());
  });

  it('changes over to Redis and back while events arrive, with nothing lost, doubled or out of order', async () => {
    const host = cluster();
    const product = await startProcess('product', { host, url: redis.url });
    const routing = await startProcess('routing', { url: redis.url });
    const sent: ReturnType<typeof thing>[] = [];
    let sending = true;
    const sender = (async () => {
      while (sending) {
        const one = thing(['acme', 'birch', 'cedar'][sent.length % 3] ?? '');
        await routing.inbox.append(one);
        sent.push(one);
      }
    })();
    for (const to of ['bullmq', 'direct', 'bullmq', 'direct'] as const) {
      const before = host.batches.length;
      await choose(product, to);
      await eventually(async () => host.batches.length > before + 3);
    }
    sending = false;
    await sender;
    for (const one of sent) await settled(product, one.id);
    for (const [index, tenant] of ['acme', 'birch', 'cedar'].entries()) {
      expect(host.effects.get(`${tenant}/nudge`)).toEqual(subjects(sent.filter((_, at) => at % 3 === index)));
    }
    const rows = await world.database.admin('spine')<{ detail: { to: string } }>('select detail from audit_entry order by at, id');
    expect(rows.map(({ detail }) => detail.to)).toEqual(['bullmq', 'direct', 'bullmq', 'direct']);
  });

  it('lets a process without a cluster deliver over Redis, and not while hosts are called directly', async () => {
    const host = cluster();
    const product = await startProcess('product', { host, url: redis.url });
    const routing = await startProcess('routing', { url: redis.url });
    const owners = async () => (await product.operations.eventRouting.show()).dispatchers.map(({ node }) => node);
    await eventually(async () => (await owners()).join() === 'product,routing');
    await choose(routing, 'bullmq');
    await product.stop();
    const one = thing('acme');
    await routing.inbox.append(one);
    await settled(routing, one.id);
    expect(host.effects.get('acme/nudge')).toEqual(subjects([one]));
    expect(await routing.operations.eventRouting.show()).toMatchObject({
      transport: 'bullmq',
      settled: true,
      dispatchers: [{ node: 'routing', transport: 'bullmq', carries: ['direct', 'bullmq'], hosts: [] }],
    });
  });

  it('refuses a transport that the process of a host is not ready for, and changes nothing', async () => {
    const spine = await startProcess('product', { host: cluster() });
    const { eventRouting } = spine.operations;
    await eventually(async () => (await eventRouting.show()).dispatchers[0]?.node === 'product');
    const refusal = { code: 'SPINE_TRANSPORT_NOT_CARRIED', kind: 'conflict', message: expect.stringContaining('product') };
    await expect(eventRouting.choose(testContext(), 'bullmq', 'too early')).rejects.toMatchObject(refusal);
    expect(await eventRouting.show()).toMatchObject({ transport: 'direct', settled: true });
    expect(await eventRouting.choose(testContext(), 'direct', 'as it is')).toBe(false);
    const one = thing('acme');
    await spine.inbox.append(one);
    await settled(spine, one.id);
  });

  it('refuses it too while that process does not reach Redis', async () => {
    const spine = await startProcess('product', { host: cluster(), url: redis.url });
    const { eventRouting } = spine.operations;
    await eventually(async () => (await eventRouting.show()).dispatchers[0]?.carries.includes('bullmq') === true);
    await redis.kill();
    await eventually(async () => (await eventRouting.show()).dispatchers[0]?.carries.includes('bullmq') === false);
    await expect(eventRouting.choose(testContext(), 'bullmq', 'away')).rejects.toMatchObject({ code: 'SPINE_TRANSPORT_NOT_CARRIED' });
    await redis.restart();
    await choose(spine, 'bullmq');
  });

  it('keeps the lanes of a process that was started without what is chosen, for those that have it', async () => {
    const host = cluster();
    const able = await startProcess('able', { host, url: redis.url });
    await choose(able, 'bullmq');
    await startProcess('unable', { host });
    const sent = Array.from({ length: 20 }, () => thing('acme'));
    for (const one of sent) await able.inbox.append(one);
    for (const one of sent) await settled(able, one.id);
    expect(host.effects.get('acme/nudge')).toEqual(subjects(sent));
  });
});
