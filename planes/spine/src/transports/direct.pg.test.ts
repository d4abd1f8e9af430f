import type { HandleBatch } from '@etis/contracts/lanes';
import { createDirectTransport } from '../index.ts';
import { transportConformance } from './conformance.ts';

transportConformance('direct', async () => {
  const hosts = new Map<string, { handle: HandleBatch }>();
  return {
    transport: createDirectTransport(hosts),
    async host(cluster, handle) {
      let running: readonly Promise<unknown>[] = [];
      hosts.set(cluster, {
        handle(batch, signal) {
          signal.throwIfAborted();
          const outcome = handle(batch, signal);
          running = [...running, outcome];
          return outcome;
        },
      });
      return async () => {
        hosts.delete(cluster);
        await Promise.allSettled(running);
      };
    },
    async end() {},
  };
});
