import { readFile, rm } from 'node:fs/promises';
import { createSigningKey, joinWires, sign } from '@etis/agent';
import type { Downward, Upward, Wire } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import { silentLog } from '@etis/kernel';
import { eventually, testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandPlane } from '../command-plane.ts';
import { clusterOf, type Governed, governed, installation, type PlaneStand, routing, startStand } from './plane-under-test.ts';

let stand: PlaneStand;
beforeEach(async () => {
  stand = await startStand();
});
afterEach(() => stand[Symbol.asyncDispose]());

const context = testContext({ actor: { kind: 'operator', id: 'ada' } });
const tenantsOf = ({ view }: Governed) => [...view().tenants.keys()].sort();
const versionOf = (one: Governed) => one.subscriber.applied().version;

describe('a subscriber of the platform', () => {
  it('sees its slice as it is, and every change of it', async () => {
    const plane = await stand.plane();
    plane.feed.publish(governed(1, { acme: 'nudge-standard', birch: 'nudge-advanced' }));
    const router = await stand.subscribe(plane, routing());
    const cluster = await stand.subscribe(plane, clusterOf('nudge-standard'));
    await Promise.all([router.subscriber.governed, cluster.subscriber.governed]);
    expect([tenantsOf(router), tenantsOf(cluster)]).toEqual([['acme', 'birch'], ['acme']]);
    const before = versionOf(cluster);
    plane.feed.publish(governed(2, { cedar: 'nudge-advanced' }, 1));
    await eventually(() => tenantsOf(router).length === 3);
    plane.feed.publish(governed(3, { dogwood: 'nudge-standard' }, 2));
    await eventually(() => tenantsOf(cluster).length === 2);
    expect(tenantsOf(cluster)).toEqual(['acme', 'dogwood']);
    expect(versionOf(cluster)).toBeGreaterThan(before);
  });

  it('is sent nothing where a change is not its business', async () => {
    const plane = await stand.plane();
    plane.feed.publish(governed(1, { acme: 'nudge-standard', birch: 'nudge-advanced' }));
    const router = await stand.subscribe(plane, routing());
    const cluster = await stand.subscribe(plane, clusterOf('nudge-standard'));
    await Promise.all([router.subscriber.governed, cluster.subscriber.governed]);
    const before = versionOf(cluster);
    for (let version = 2; version < 8; version += 1) plane.feed.publish(governed(version, { birch: 'nudge-advanced' }, version - 1));
    await eventually(() => router.view().tenants.get('birch')?.name === 'birch 7');
    expect(versionOf(cluster)).toBe(before);
  });

  it('never learns of a tenant that is not placed with it, whatever changes', async () => {
    const plane = await stand.plane();
    const clusters = ['nudge-standard', 'nudge-advanced'] as const;
    plane.feed.publish(governed(1, {}));
    const [one, other] = await Promise.all(clusters.map((scope) => stand.subscribe(plane, clusterOf(scope))));
    let version = 1;
    const heard: string[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('acme', 'birch', 'cedar', 'dogwood'), fc.constantFrom(...clusters, null), {
          minKeys: 1,
          noNullPrototype: true,
        }),
        async (placed) => {
          plane.feed.publish(governed(version + 1, placed, version));
          version += 1;
          await plane.server.settled(5_000);
          for (const [at, member] of [one, other].entries()) {
            const view = member?.view();
            for (const tenant of view?.tenants.keys() ?? []) {
              heard.push(tenant);
              expect(view?.placements.some((placement) => placement.tenant === tenant && placement.cluster === clusters[at])).toBe(true);
            }
          }
        },
      ),
      { numRuns: 30 },
    );
    expect(heard.length).toBeGreaterThan(0);
  });

  it('is governed by another process of the platform as by this one', async () => {
    const [one, other] = [await stand.plane(), await stand.plane()];
    const state = governed(1, { acme: 'nudge-standard' });
    one.feed.publish(state);
    other.feed.publish(state);
    const key = createSigningKey();
    const first = await stand.subscribe(one, routing(), { key });
    await first.subscriber.governed;
    const before = versionOf(first);
    await first.stop();
    const second = await stand.subscribe(other, routing(), { key });
    await second.subscriber.governed;
    expect([tenantsOf(second), versionOf(second)]).toEqual([['acme'], before]);
    const { directive } = await one.directives.order(context, { verb: 'pause', scope: {}, reason: 'tried' });
    await eventually(() => second.directives.verdict({})?.directives.includes(directive.id));
  });
});

describe('a directive', () => {
  it('is in force everywhere that it concerns before its order is a second old, with a receipt from each', async () => {
    const plane = await stand.plane({ view: () => view });
    plane.feed.publish(governed(1, { acme: 'nudge-standard', birch: 'nudge-advanced' }));
    const router = await stand.subscribe(plane, routing());
    const [standard, advanced] = await Promise.all(
      ['nudge-standard', 'nudge-advanced'].map((scope) => stand.subscribe(plane, clusterOf(scope))),
    );
    await Promise.all([router, standard, advanced].map((one) => one?.subscriber.governed));
    const view = router.view();
    const { directive } = await plane.directives.order(context, { verb: 'kill', scope: { tenant: 'acme' }, reason: 'it floods' });
    await eventually(async () => (await plane.directives.report(context, directive.id)).receipts.every(({ receipt }) => receipt !== null));
    const { receipts } = await plane.directives.report(context, directive.id);
    expect(receipts.map(({ subscriber }) => subscriber)).toEqual(['cluster.nudge-standard.node-1', 'router.node-1']);
    expect([router, standard, advanced].map((one) => one?.directives.verdict({ tenant: 'acme' })?.verb ?? null)).toEqual([
      'kill',
      'kill',
      null,
    ]);
    await plane.directives.resume(context, { ends: [directive.id], reason: 'it has stopped' });
    await eventually(() => [router, standard].every((one) => one?.directives.verdict({ tenant: 'acme' }) === null));
  });

  it('reaches who comes later, with the manifest', async () => {
    const plane = await stand.plane();
    plane.feed.publish(governed(1, { acme: 'nudge-standard' }));
    await plane.directives.order(context, { verb: 'pause', scope: {}, reason: 'tried' });
    const router = await stand.subscribe(plane, routing());
    await router.subscriber.governed;
    await eventually(() => router.directives.verdict({})?.verb === 'pause');
  });

  it('is not delayed by a flood of data', async () => {
    const plane = await stand.plane();
    plane.feed.publish(governed(1, { acme: 'nudge-standard' }));
    const router = await stand.subscribe(plane, routing());
    await router.subscriber.governed;
    await eventually(() => router.subscriber.telemetry.send({ sequence: 0, reports: [] }));
    const flood = Promise.all(
      Array.from({ length: 40 }, (_, sequence) => router.subscriber.telemetry.send({ sequence: sequence + 1, reports: [] })),
    );
    const { directive } = await plane.directives.order(context, { verb: 'kill', scope: {}, reason: 'now' });
    await eventually(() => router.directives.verdict({})?.directives.includes(directive.id));
    await flood;
  });
});

/** Somebody who speaks the protocol by hand. */
async function dial(plane: CommandPlane, channel: 'command' | 'data' = 'command') {
  const wire: Wire = await plane.connect(channel, 'a-nonce');
  const heard: Downward[] = [];
  const state = { closed: '' };
  wire.onMessage((text) => heard.push(JSON.parse(text) as Downward));
  wire.onClose((reason) => {
    state.closed = reason;
  });
  const challenge = (await eventually(() => heard.find(({ type }) => type === 'challenge'))) as Extract<Downward, { type: 'challenge' }>;
  const say = (message: Upward | object) => wire.send(JSON.stringify(message));
  return { wire, heard, state, challenge, say, refusal: () => eventually(() => heard.find(({ type }) => type === 'refused')) };
}

const nothingHeld = { epoch: 0, version: 0, sections: {}, directives: [] };

describe('who is refused', () => {
  const key = createSigningKey();
  const hello = (nonce: string, given: object = {}, by = key) => ({
    type: 'hello',
    identity: routing(),
    channel: 'command',
    holds: nothingHeld,
    proof: sign(by, 'link', { by: 'subscriber', installation, nonce, subscriber: routing().id, channel: 'command', ...given }),
  });

  it.each<[string, (nonce: string) => object, string]>([
    ['says something else first', () => ({ type: 'beat' }), 'COMMAND_LINK_PROTOCOL'],
    ['says what is no message', () => ({ type: 'open-sesame' }), 'COMMAND_LINK_PROTOCOL'],
    ['answers another challenge', () => hello('another-nonce'), 'COMMAND_LINK_PROOF_INVALID'],
    ['answers for another channel', (nonce) => hello(nonce, { channel: 'data' }), 'COMMAND_LINK_PROOF_INVALID'],
    ['signs with another key', (nonce) => hello(nonce, {}, createSigningKey()), 'COMMAND_LINK_PROOF_INVALID'],
    ['is not enrolled', (nonce) => ({ ...hello(nonce), identity: routing('router.stranger') }), 'COMMAND_SUBSCRIBER_UNKNOWN'],
    ['claims another kind', (nonce) => ({ ...hello(nonce), identity: { ...routing(), kind: 'edge' } }), 'COMMAND_SUBSCRIBER_UNKNOWN'],
    [
      'has a token that nobody gave',
      (nonce) => ({
        ...{ type: 'enrol', secret: 'guess', identity: routing('router.new'), publicKey: key.publicKey },
        proof: sign(key, 'link', { by: 'subscriber', installation, nonce, subscriber: 'router.new', channel: 'enrol' }),
      }),
      'COMMAND_ENROLMENT_REFUSED',
    ],
  ])('%s', async (_, message, code) => {
    const plane = await stand.plane();
    plane.feed.publish(governed(1, {}));
    await plane.adopt([{ identity: routing(), publicKey: key.publicKey }]);
    const { challenge, say, refusal, heard } = await dial(plane);
    say(message(challenge.nonce));
    expect(await refusal()).toMatchObject({ code });
    expect(heard.map(({ type }) => type)).toEqual(['challenge', 'refused']);
  });

  it('was revoked: its connections end, and it comes in no more', async () => {
    const plane = await stand.plane();
    plane.feed.publish(governed(1, {}));
    const router = await stand.subscribe(plane, routing());
    await router.subscriber.governed;
    await eventually(() => plane.server.size() === 1);
    await plane.fleet.revoke(context, routing().id);
    expect(plane.server.size()).toBe(0);
    const [member] = await plane.fleet.members(context);
    expect(member).toMatchObject({ id: routing().id, revokedAt: expect.any(String), connected: false });
    await expect(plane.fleet.revoke(context, routing().id)).rejects.toMatchObject({ code: 'COMMAND_SUBSCRIBER_UNKNOWN' });
  });

  it('lies: acknowledges or receipts for another, or reports for another', async () => {
    const errors: object[] = [];
    const log: Log = { ...silentLog, error: (fields: object) => void errors.push(fields), child: () => log };
    const plane = await stand.plane({ log });
    plane.feed.publish(governed(1, {}));
    await plane.adopt([{ identity: routing(), publicKey: key.publicKey }]);
    const acknowledgement = { subscriber: 'router.node-2', epoch: 1, version: 1, sections: {}, state: 'fresh' };
    const receipt = {
      installation,
      directive: 'x',
      digest: 'y',
      subscriber: 'router.node-2',
      outcome: 'applied',
      reason: null,
      effectiveAt: '',
    };
    const stolen = { type: 'telemetry', batch: { sequence: 1, reports: [{ subscriber: 'router.node-2' }] } };
    for (const [channel, lie] of [
      ['command', { type: 'acknowledgement', acknowledgement, signed: sign(key, 'acknowledgement', acknowledgement) }],
      ['command', { type: 'receipt', signed: sign(key, 'receipt', receipt) }],
      ['command', { type: 'receipt', signed: sign(createSigningKey(), 'receipt', { ...receipt, subscriber: routing().id }) }],
      ['data', stolen],
    ] as const) {
      const line = await dial(plane, channel);
      line.say({ ...hello(line.challenge.nonce, { channel }), channel });
      await eventually(() => line.heard.some(({ type }) => type === 'welcome'));
      line.say(lie);
      expect(await line.refusal()).toMatchObject({ code: 'COMMAND_SUBSCRIBER_LIED' });
    }
    expect(errors).toHaveLength(4);
  });
});

describe('who says something odd', () => {
  const key = createSigningKey();
  const signed = (value: unknown) => sign(key, 'receipt', value);
  const odd = fc.oneof(
    fc.record({
      type: fc.constant('telemetry'),
      batch: fc.oneof(fc.jsonValue(), fc.record({ sequence: fc.nat(), reports: fc.jsonValue() })),
    }),
    fc.record({
      type: fc.constant('telemetry'),
      batch: fc.record({ sequence: fc.nat(), reports: fc.array(fc.oneof(fc.jsonValue(), fc.constant({ subscriber: routing().id }))) }),
    }),
    fc.record({ type: fc.constant('audit'), sequence: fc.nat(), rows: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())) }),
    fc.record({ type: fc.constantFrom('receipt', 'acknowledgement'), signed: fc.oneof(fc.jsonValue(), fc.jsonValue().map(signed)) }),
    fc.record({
      type: fc.constant('shown'),
      manifest: fc.jsonValue().map(signed),
      certificates: fc.constant([]),
      directives: fc.jsonValue(),
    }),
    fc.jsonValue(),
  );

  it('on either connection is taken or refused by a code of its own, and nothing breaks here', async () => {
    const broken: object[] = [];
    const log: Log = {
      ...silentLog,
      error: (fields: object, text: string) => void (text.includes('could not be worked on') && broken.push(fields)),
      child: () => log,
    };
    const plane = await stand.plane({ log });
    plane.feed.publish(governed(1, {}));
    await plane.adopt([{ identity: routing(), publicKey: key.publicKey }]);
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('command' as const, 'data' as const), odd, async (channel, message) => {
        const line = await dial(plane, channel);
        const proof = { by: 'subscriber', installation, nonce: line.challenge.nonce, subscriber: routing().id, channel };
        line.say({ type: 'hello', identity: routing(), channel, holds: nothingHeld, proof: sign(key, 'link', proof) });
        await eventually(() => line.heard.some(({ type }) => type === 'welcome'));
        line.say(message as object);
        // What comes after it is answered, or never heard of because the connection is over.
        line.say({ type: 'beat' });
        line.say({ type: 'open-sesame' });
        const refusal = (await line.refusal()) as Extract<Downward, { type: 'refused' }>;
        codes.add(refusal.code);
      }),
      { numRuns: 150 },
    );
    expect(broken).toEqual([]);
    expect(
      [...codes].every((code) => code.startsWith('COMMAND_') || code.startsWith('AGENT_')),
      [...codes].join(),
    ).toBe(true);
    expect(codes).toContain('COMMAND_LINK_PROTOCOL');
  }, 60_000);

  it('is told nothing of what broke here, and the log has it', async () => {
    const said: object[] = [];
    const log: Log = { ...silentLog, error: (fields: object) => void said.push(fields), child: () => log };
    const plane = await stand.plane({ log, data: () => Promise.reject(new TypeError('of our own')) });
    plane.feed.publish(governed(1, {}));
    await plane.adopt([{ identity: routing(), publicKey: key.publicKey }]);
    const line = await dial(plane, 'data');
    const proof = { by: 'subscriber', installation, nonce: line.challenge.nonce, subscriber: routing().id, channel: 'data' };
    line.say({ type: 'hello', identity: routing(), channel: 'data', holds: nothingHeld, proof: sign(key, 'link', proof) });
    await eventually(() => line.heard.some(({ type }) => type === 'welcome'));
    line.say({ type: 'telemetry', batch: { sequence: 1, reports: [] } });
    const refusal = await line.refusal();
    expect(refusal).toMatchObject({ code: 'COMMAND_LINK_MESSAGE_FAILED', reason: expect.not.stringContaining('of our own') });
    expect(said).toMatchObject([{ subscriber: routing().id, err: { message: 'of our own' } }]);
  });
});

describe('a platform whose signing key has ended, with the root key offline', () => {
  it('starts and governs nobody until the root key is handed over', async () => {
    const first = await stand.plane();
    await first.stop();
    const pem = await readFile(stand.rootFile, 'utf8');
    await rm(stand.rootFile);
    stand.clock.at = 91 * 86_400_000;
    const plane = await stand.plane();
    plane.feed.publish(governed(1, { acme: 'nudge-standard' }));
    expect(plane.signs()).toBe(false);
    await expect(plane.directives.order(context, { verb: 'kill', scope: {}, reason: 'unsigned' })).rejects.toMatchObject({
      code: 'COMMAND_SIGNING_KEY_MISSING',
    });
    const router = await stand.subscribe(plane, routing());
    await plane.keys.rotate(context, { root: pem });
    expect(plane.signs()).toBe(true);
    await router.subscriber.governed;
    expect(tenantsOf(router)).toEqual(['acme']);
  });

  it('goes quiet where the key ends while it runs, keeps what is in force, and renews everything with the next key', async () => {
    const said: string[] = [];
    const log: Log = { ...silentLog, error: (_fields: object, text: string) => void said.push(text), child: () => log };
    const plane = await stand.plane({ log });
    plane.feed.publish(governed(1, { acme: 'nudge-standard' }));
    const router = await stand.subscribe(plane, routing());
    await router.subscriber.governed;
    await plane.server.settled(5_000);
    const before = versionOf(router);
    const pem = await readFile(stand.rootFile, 'utf8');
    await rm(stand.rootFile);
    stand.clock.at = 91 * 86_400_000;
    plane.feed.publish(governed(2, { birch: 'nudge-standard' }, 1));
    await eventually(() => plane.server.size() === 0 || versionOf(router) === before);
    expect([plane.signs(), tenantsOf(router)]).toEqual([false, ['acme']]);
    await plane.keys.rotate(context, { root: pem });
    await eventually(() => tenantsOf(router).length === 2, { timeoutMs: 15_000 });
    expect(said.filter((text) => text.includes('could not be signed'))).toEqual([]);
  });
});

describe('the fleet', () => {
  it('shows what each should have, was sent and holds, and who is gone', async () => {
    const plane = await stand.plane();
    plane.feed.publish(governed(1, { acme: 'nudge-standard' }));
    const router = await stand.subscribe(plane, routing());
    await plane.adopt([{ identity: clusterOf('nudge-standard'), publicKey: createSigningKey().publicKey }]);
    await router.subscriber.governed;
    const of = async (id: string) => (await plane.fleet.members(context)).find((member) => member.id === id);
    const moment = router.subscriber.applied();
    const member = await eventually(async () => {
      const found = await of(routing().id);
      return found?.acknowledged?.version === moment.version ? found : undefined;
    });
    expect(member).toMatchObject({ connected: true, state: 'READY', desired: moment, sent: moment, acknowledged: moment, driftMs: 0 });
    expect(member.sections.tenants).toEqual({ desired: expect.any(Number), applied: expect.any(Number), refused: null });
    expect(await of('cluster.nudge-standard.node-1')).toMatchObject({ connected: false, state: 'UNKNOWN', acknowledged: null });
    await router.stop();
    await eventually(async () => (await of(routing().id))?.connected === false);
  });
});

describe('when many come at once', () => {
  it('each is let in, some later than others', async () => {
    const plane = await stand.plane();
    plane.feed.publish(governed(1, { acme: 'nudge-standard' }));
    const key = createSigningKey();
    await plane.adopt([{ identity: routing(), publicKey: key.publicKey }]);
    const told: string[] = [];
    for (let index = 0; index < 400; index += 1) {
      const [theirs, ours] = joinWires();
      theirs.onMessage((text) => told.push((JSON.parse(text) as Downward).type));
      plane.server.accept(ours, `nonce-${index}`);
    }
    await eventually(() => told.length === 400);
    expect(told.filter((type) => type === 'challenge')).toHaveLength(256);
    expect(told.filter((type) => type === 'later')).toHaveLength(144);
  });
});
