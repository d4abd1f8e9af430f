import { createHash } from 'node:crypto';
import { uuidv7 } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { delivery, fakeCluster, thing } from '../spine-fixture.ts';
import { createWorld, type SpineWorld, settled, stepNames } from '../spine-under-test.ts';

let world: SpineWorld;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.end());

it('shows a thousand events of one flow, each with what it caused, without a row that was written for it', async () => {
  const cluster = fakeCluster();
  const spine = await world.start(cluster);
  const sent = thing('acme');
  await spine.inbox.append(sent);
  await settled(spine, sent.id);
  let cause = (await spine.queries.flow(sent.id))?.steps.find((step) => step.step === 'normalised')?.event ?? '';
  const caused = Array.from({ length: 999 }, (_, index) => {
    const id = uuidv7();
    const event = { id, type: 'thing.caused', source: '/nudge', subject: `caused ${index}`, data: { index }, tenant: 'acme' };
    const body = { ...event, traceparent: sent.traceparent, flow: sent.id, cause, hop: 1 };
    cause = id;
    return delivery(body, { source: 'platform', connection: 'product:nudge', digest: createHash('sha256').update(id).digest() });
  });
  await Promise.all(caused.map((one) => spine.inbox.append(one)));
  const flow = await eventually(
    async () => {
      const found = await spine.queries.flow(sent.id);
      return found?.settled === true && found.steps.filter(({ step }) => step === 'handled').length === 1_000 ? found : undefined;
    },
    { timeoutMs: 30_000 },
  );
  expect(stepNames(flow.steps).filter((step) => step === 'routed')).toHaveLength(1_000);
  expect(new Set(cluster.effects.get('acme/nudge')).size).toBe(1_000);
});
