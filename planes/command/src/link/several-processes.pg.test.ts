import type { Connect } from '@etis/agent';
import { createSigningKey } from '@etis/agent';
import { eventually, testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandPlane } from '../command-plane.ts';
import { clusterOf, type Governed, governed, type PlaneStand, routing, startStand } from './plane-under-test.ts';

const context = testContext({ actor: { kind: 'operator', id: 'ada' } });
const state = governed(1, { acme: 'nudge-standard', birch: 'nudge-advanced' });

let stand: PlaneStand;
let one: CommandPlane;
let other: CommandPlane;
beforeEach(async () => {
  stand = await startStand();
  [one, other] = [await stand.plane(), await stand.plane()];
  for (const plane of [one, other]) plane.feed.publish(state);
});
afterEach(() => stand[Symbol.asyncDispose]());

const member = async (id: string, plane = one) => (await plane.fleet.members(context)).find((found) => found.id === id);

describe('what is done at one process of the platform', () => {
  let router: Governed;
  beforeEach(async () => {
    router = await stand.subscribe(other, routing());
    await router.subscriber.governed;
  });

  it('a directive is in force at subscribers of another, and its receipt is seen at both', async () => {
    const before = router.subscriber.applied();
    const { directive } = await one.directives.order(context, { verb: 'kill', scope: {}, reason: 'now' });
    await eventually(() => router.directives.verdict({})?.verb === 'kill');
    expect(router.subscriber.applied(), 'it came on its own, ahead of any manifest').toEqual(before);
    for (const plane of [one, other]) {
      await eventually(async () => (await plane.directives.report(context, directive.id)).receipts[0]?.receipt?.outcome === 'applied');
    }
    await one.directives.resume(context, { ends: [directive.id], reason: 'over' });
    await eventually(() => router.directives.verdict({}) === null);
  });

  it('a resume reaches subscribers of another at once, ahead of any manifest', async () => {
    const { directive } = await one.directives.order(context, { verb: 'kill', scope: {}, reason: 'now' });
    await eventually(() => router.directives.verdict({})?.verb === 'kill');
    // What names the kill is out, so that nothing but the resume is on its way.
    await other.server.settled(5_000);
    const before = router.subscriber.applied();
    const resumed = await one.directives.resume(context, { ends: [directive.id], reason: 'over' });
    await eventually(() => router.directives.verdict({}) === null);
    expect(router.subscriber.applied(), 'it came on its own').toEqual(before);
    await eventually(async () => {
      const [receipt] = (await one.directives.report(context, resumed.directive.id)).receipts;
      return receipt?.receipt?.outcome === 'applied';
    });
  });

  it('kills and resumes that race through both end alike everywhere', async () => {
    const here = await stand.subscribe(one, routing('router.node-2'));
    await here.subscriber.governed;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 6 }), async (steps) => {
        const open: string[] = [];
        await Promise.all(
          steps.map(async ([byOne, ends]) => {
            const [orderedBy, endedBy] = byOne ? [one, other] : [other, one];
            const { directive } = await orderedBy.directives.order(context, { verb: 'kill', scope: {}, reason: 'raced' });
            if (ends) await endedBy.directives.resume(context, { ends: [directive.id], reason: 'raced' });
            else open.push(directive.id);
          }),
        );
        const standing = () => [router, here].map(({ directives }) => [...(directives.verdict({})?.directives ?? [])].sort());
        const expected = open.toSorted();
        await eventually(() => standing().every((ids) => ids.join() === expected.join()));
        if (open.length > 0) await one.directives.resume(context, { ends: open, reason: 'raced' });
        await eventually(() => standing().every((ids) => ids.length === 0));
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  it('a revocation ends the connections that another serves, and keeps them out', async () => {
    await one.fleet.revoke(context, routing().id);
    await eventually(() => other.server.size() === 0);
    await eventually(async () => (await member(routing().id))?.connected === false);
  });

  it('a new key signs what another sends, and both give one moment to one state', async () => {
    const before = router.subscriber.applied().version;
    const { keyId } = await one.keys.rotate(context);
    await eventually(() => router.subscriber.applied().version > before);
    expect(other.keys.signer.sign('link', {}).keyId).toBe(keyId);
    const here = await stand.subscribe(one, routing('router.node-2'));
    await here.subscriber.governed;
    await eventually(() => here.subscriber.applied().version === router.subscriber.applied().version);
  });

  it('a change is sent by each to its own', async () => {
    const cluster = await stand.subscribe(one, clusterOf('nudge-standard'));
    await cluster.subscriber.governed;
    const change = governed(2, { cedar: 'nudge-standard' }, 1);
    one.feed.publish(change);
    other.feed.publish(change);
    await eventually(() => [router, cluster].every(({ view }) => view().tenants.has('cedar')));
    await Promise.all([one, other].map((plane) => plane.server.settled(5_000)));
    expect(router.subscriber.applied().version).toBe(cluster.subscriber.applied().version);
  });

  it('the fleet is seen as it is at every one of them', async () => {
    await eventually(async () => (await member(routing().id, one))?.acknowledged?.version === router.subscriber.applied().version);
    expect(await member(routing().id, one)).toEqual(await member(routing().id, other));
  });
});

it('one that has not heard of a change yet signs nothing that would take it back', async () => {
  const router = await stand.subscribe(one, routing());
  await router.subscriber.governed;
  one.feed.publish(governed(2, { cedar: 'nudge-standard' }, 1));
  await eventually(() => router.view().tenants.has('cedar'));
  const late = await stand.subscribe(other, routing('router.late'));
  await other.keys.rotate(context);
  await eventually(() => one.keys.generation() === other.keys.generation());
  expect(late.subscriber.applied().version).toBeLessThan(router.subscriber.applied().version);
  other.feed.publish(governed(2, { cedar: 'nudge-standard' }, 1));
  await eventually(() => [router, late].every(({ view }) => view().tenants.has('cedar')));
  await eventually(() => router.subscriber.applied().version === late.subscriber.applied().version);
});

it('five hundred that lose their process at once are all governed by another, and a kill reaches them on the way', async () => {
  let reached = one;
  const connect: Connect = (channel, nonce) => reached.connect(channel, nonce);
  const members = Array.from({ length: 500 }, (_, index) => ({ identity: routing(`router.node-${index}`), key: createSigningKey() }));
  await one.adopt(members.map(({ identity, key }) => ({ identity, publicKey: key.publicKey })));
  const fleet = await Promise.all(members.map(({ identity, key }) => stand.subscribe(one, identity, { key, connect })));
  await Promise.all(fleet.map(({ subscriber }) => subscriber.governed));
  reached = other;
  await one.stop();
  const { directive } = await other.directives.order(context, { verb: 'kill', scope: {}, reason: 'in the storm' });
  await eventually(() => fleet.every(({ directives }) => directives.verdict({})?.directives.includes(directive.id)), { timeoutMs: 60_000 });
  await eventually(() => other.server.size() === 500, { timeoutMs: 60_000 });
}, 120_000);
