import { describe, expect, it } from 'vitest';
import { fakeCluster, thing } from '../spine-fixture.ts';
import { createWorld, quick, settled } from '../spine-under-test.ts';
import { transportConformance } from './conformance.ts';
import { createMemoryTransport } from './memory.ts';

transportConformance('memory', async () => {
  const transport = createMemoryTransport();
  return {
    transport,
    async host(cluster, handle) {
      const receiver = transport.receive(cluster, handle);
      await receiver.start();
      return () => receiver.stop();
    },
    async end() {},
  };
});

describe('a broker that keeps none of its promises', () => {
  it('costs attempts, and neither an effect nor the order', async () => {
    const world = await createWorld();
    try {
      let turn = 0;
      const mishaps = ['duplicate', 'late', 'no-reply', 'none', 'late', 'duplicate', 'none', 'none'] as const;
      const transport = createMemoryTransport(() => mishaps[turn++ % mishaps.length] ?? 'none');
      const cluster = fakeCluster();
      await transport.receive('nudge-standard', (batch, signal) => cluster.deliver(batch, signal)).start();
      const spine = await world.start(transport, { ...quick, dispatcher: { ...quick.dispatcher, deliverMs: 60, batchCount: 4 } });
      const sent = Array.from({ length: 60 }, () => thing('acme'));
      for (const one of sent) await spine.inbox.append(one);
      for (const one of sent) await settled(spine, one.id);
      expect(cluster.effects.get('acme/nudge')).toEqual(
        sent.map((one) => (JSON.parse(one.body.toString()) as { subject: string }).subject),
      );
    } finally {
      await world.end();
    }
  });
});
