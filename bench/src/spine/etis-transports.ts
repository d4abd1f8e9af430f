import { randomBytes } from 'node:crypto';
import type { BatchOutcome, LaneBatch, Transport } from '@etis/contracts/lanes';
import type { Cluster } from '@etis/contracts/tenancy';
import { silentLog } from '@etis/kernel';
import { createDirectTransport } from '@etis/spine';
import { createBullmqTransport } from '@etis/spine/bullmq';
import { hasRedis } from '@etis/testing';
import type { Stand } from './stand.ts';

/** A transport with clusters at its end. */
interface OpenTransport {
  readonly transport: Transport;
  stop(): Promise<void>;
}

/** Makes a transport that brings the clusters' batches to `handle`. */
export type TransportMaker = (given: {
  stand: Stand;
  clusters: readonly Cluster[];
  handle: (batch: LaneBatch) => Promise<BatchOutcome>;
}) => Promise<OpenTransport>;

const direct: TransportMaker = async ({ clusters, handle }) => ({
  transport: createDirectTransport(new Map(clusters.map(({ id }) => [id, { handle }]))),
  stop: async () => {},
});

/** Both ends in this process, with Redis between them. */
const bullmq: TransportMaker = async ({ stand: { redis }, clusters, handle }) => {
  if (redis === null) throw new Error('there is no redis-server on this machine');
  const transport = createBullmqTransport({ url: redis.url, key: randomBytes(32), log: silentLog });
  await transport.start();
  const receivers = clusters.map(({ id }) => transport.receive(id, handle));
  for (const receiver of receivers) await receiver.start();
  return {
    transport,
    async stop() {
      for (const receiver of receivers) await receiver.stop();
      await transport.stop();
    },
  };
};

/** What the spine is measured on. */
export const transports: Readonly<Record<string, TransportMaker>> = { direct, ...(hasRedis() ? { bullmq } : {}) };
