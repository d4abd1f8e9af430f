import type { LaneBatch } from '@etis/contracts/lanes';
import { expect, it } from 'vitest';
import { type BatchHandler, createDirectTransport } from '../index.ts';

const batch: LaneBatch = { lane: 'acme/nudge', tenant: 'acme', product: 'nudge', cluster: 'nudge-standard', mode: 'ordered', entries: [] };

it('hands batch and signal to the host of its cluster and gives back what that answers', async () => {
  const seen: unknown[] = [];
  const host: BatchHandler = {
    handle(...given) {
      seen.push(given);
      return Promise.resolve({ handled: 3 });
    },
  };
  const other: BatchHandler = { handle: () => Promise.reject(new Error('not asked')) };
  const transport = createDirectTransport(
    new Map([
      ['nudge-standard', host],
      ['nudge-own', other],
    ]),
  );
  const { signal } = new AbortController();
  expect(await transport.deliver(batch, signal)).toEqual({ handled: 3 });
  expect(seen).toEqual([[batch, signal]]);
  await expect(transport.deliver({ ...batch, cluster: 'nudge-own' }, signal)).rejects.toThrow('not asked');
});

it('rejects for a cluster that does not run here, until it does', async () => {
  const hosts = new Map<string, BatchHandler>();
  const transport = createDirectTransport(hosts);
  const { signal } = new AbortController();
  await expect(transport.deliver(batch, signal)).rejects.toMatchObject({
    code: 'SPINE_CLUSTER_UNKNOWN',
    kind: 'unavailable',
    retryable: true,
  });
  hosts.set('nudge-standard', { handle: () => Promise.resolve({ handled: 0 }) });
  expect(await transport.deliver(batch, signal)).toEqual({ handled: 0 });
});
