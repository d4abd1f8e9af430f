import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { HandleBatch, LaneBatch } from '@etis/contracts/lanes';
import { silentLog } from '@etis/kernel';
import { eventually, hasRedis, type RedisServer, startRedis } from '@etis/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeCluster, thing } from '../../spine-fixture.ts';
import { createWorld, quick, type SpineWorld, settled } from '../../spine-under-test.ts';
import { batchJson } from '../batch-json.ts';
import { batchOf, transportConformance } from '../conformance.ts';
import { queueName } from './names.ts';
import { createSeal } from './seal.ts';
import { createBullmqTransport } from './transport.ts';

const patience = { untakenMs: 1_500, lockMs: 1_000, stalledEveryMs: 500 };
const key = randomBytes(32);
const calm = () => AbortSignal.timeout(50_000);

if (hasRedis()) {
  transportConformance('bullmq', async () => {
    const redis = await startRedis();
    const transport = createBullmqTransport({ url: redis.url, key, log: silentLog, patience });
    await transport.start();
    return {
      transport,
      async host(cluster, handle) {
        const receiver = transport.receive(cluster, handle);
        await receiver.start();
        return () => receiver.stop();
      },
      async end() {
        await transport.stop();
        await redis.stop();
      },
    };
  });
}

describe.skipIf(!hasRedis())('bullmq: what can happen to Redis and to those around it', () => {
  let redis: RedisServer;
  let transport: ReturnType<typeof createBullmqTransport>;
  let stops: (() => Promise<void>)[];
  beforeEach(async () => {
    redis = await startRedis();
    transport = createBullmqTransport({ url: redis.url, key, log: silentLog, patience });
    await transport.start();
    stops = [];
  });
  afterEach(async () => {
    for (const stop of stops) await stop();
    await transport.stop();
    await redis.stop();
  });

  async function host(handle: HandleBatch): Promise<void> {
    const receiver = transport.receive('nudge-standard', handle);
    await receiver.start();
    stops.push(() => receiver.stop());
  }

  async function spineOf(world: SpineWorld) {
    const cluster = fakeCluster();
    await host((batch, signal) => cluster.deliver(batch, signal));
    return { cluster, spine: await world.start(transport, quick) };
  }

  const subjects = (sent: readonly { readonly body: Buffer }[]) =>
    sent.map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject);

  it('goes on by itself after Redis was killed and came back, with nothing lost, doubled or out of order', async () => {
    const world = await createWorld();
    try {
      const { cluster, spine } = await spineOf(world);
      const sent = Array.from({ length: 120 }, () => thing('acme'));
      for (const [index, one] of sent.entries()) {
        await spine.inbox.append(one);
        if (index === 30 || index === 80) await redis.kill();
        if (index === 60 || index === 100) await redis.restart();
      }
      for (const one of sent) await settled(spine, one.id);
      expect(cluster.effects.get('acme/nudge')).toEqual(subjects(sent));
      expect(await spine.queries.lanes({})).toMatchObject([{ waiting: 0, parked: 0, deadLetters: 0 }]);
    } finally {
      await world.end();
    }
  });

  it('delivers again what Redis has lost, and passes over what was handled', async () => {
    const world = await createWorld();
    try {
      const { cluster, spine } = await spineOf(world);
      const admin = new Redis(redis.url);
      const sent = Array.from({ length: 60 }, () => thing('acme'));
      for (const [index, one] of sent.entries()) {
        await spine.inbox.append(one);
        if (index % 20 === 10) await admin.flushall();
      }
      for (const one of sent) await settled(spine, one.id);
      admin.disconnect();
      expect(cluster.effects.get('acme/nudge')).toEqual(subjects(sent));
    } finally {
      await world.end();
    }
  });

  it('says soon that nothing is known of a batch whose host was killed, and never hands it to the next host on its own', async () => {
    const child = spawn(process.execPath, [new URL('./host-process.ts', import.meta.url).pathname, redis.url, key.toString('hex')]);
    const outcome = transport.deliver(batchOf(), calm());
    outcome.catch(() => undefined);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const taken: LaneBatch[] = [];
    await host(async (batch) => {
      taken.push(batch);
      return { handled: 1 };
    });
    await expect(outcome).rejects.toMatchObject({ code: 'SPINE_TRANSPORT_LOST' });
    expect(taken).toEqual([]);
    expect(await transport.deliver(batchOf({ generation: 1 }), calm())).toEqual({ handled: 1 });
    expect(taken).toMatchObject([{ generation: 1 }]);
  });

  it('refuses at once while Redis is away, as unreachable, also when it was never there', async () => {
    await redis.kill();
    await eventually(async () => {
      const refused = await transport.deliver(batchOf(), calm()).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'SPINE_TRANSPORT_AWAY', kind: 'unavailable', retryable: true });
      return true;
    });
    const early = createBullmqTransport({ url: redis.url, key, log: silentLog, patience });
    await early.start();
    await expect(early.deliver(batchOf(), calm())).rejects.toMatchObject({ kind: 'unavailable' });
    await redis.restart();
    await host(async () => ({ handled: 1 }));
    await eventually(async () => (await early.deliver(batchOf(), calm()).catch(() => ({ handled: 0 }))).handled === 1);
    await early.stop();
    await expect(early.deliver(batchOf(), calm())).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('takes back what no host has begun when its signal aborts', async () => {
    const control = new AbortController();
    const waiting = transport.deliver(batchOf(), control.signal);
    const queue = new Queue(queueName('nudge-standard'), { connection: { url: redis.url } });
    await eventually(async () => (await queue.getWaitingCount()) === 1);
    control.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await eventually(async () => (await queue.getWaitingCount()) === 0);
    await queue.close();
  });

  it('passes over what somebody else put into the queue, and goes on', async () => {
    const taken: LaneBatch[] = [];
    await host(async (batch) => {
      taken.push(batch);
      return { handled: 1 };
    });
    const queue = new Queue(queueName('nudge-standard'), { connection: { url: redis.url } });
    const text = JSON.stringify(batchJson(batchOf()));
    const mark = createSeal(randomBytes(32)).mark('1 me', text);
    const hostile: readonly unknown[] = [
      null,
      1,
      {},
      { replyTo: 'me' },
      { replyTo: 'me', text },
      { replyTo: 'me', text, mark },
      { replyTo: {}, text: {}, mark: {} },
    ];
    await queue.addBulk(hostile.map((data) => ({ name: 'batch', data, opts: { removeOnComplete: true, removeOnFail: true } })));
    await eventually(async () => (await queue.getJobCountByTypes('waiting', 'active')) === 0);
    expect(taken).toEqual([]);
    expect(await transport.deliver(batchOf(), calm())).toEqual({ handled: 1 });
    await queue.close();
  });

  it('takes no word that its host did not give', async () => {
    const queue = new Queue(queueName('nudge-standard'), { connection: { url: redis.url } });
    const admin = new Redis(redis.url);
    const outcome = transport.deliver(batchOf(), calm());
    const job = await eventually(async () => (await queue.getWaiting())[0]);
    const list = `etis:replies:${(job.data as { replyTo: string }).replyTo}`;
    const lie = '{"outcome":{"handled":1}}';
    const foreign = createSeal(randomBytes(32));
    const lies = [
      lie,
      `${job.id}:${lie}`,
      `${job.id}::${lie}`,
      `${job.id}:${foreign.mark(String(job.id), lie)}:${lie}`,
      `${job.id}:${createSeal(key).mark('another', lie)}:${lie}`,
    ];
    await admin.rpush(list, ...lies);
    await eventually(async () => (await admin.llen(list)) === 0);
    let taken = 0;
    await host(async () => {
      taken += 1;
      return { handled: 0, failed: { position: 12n, error: 'the truth', retryable: true } };
    });
    expect(await outcome).toMatchObject({ failed: { error: 'the truth' } });
    expect(taken).toBe(1);
    admin.disconnect();
    await queue.close();
  });
});
