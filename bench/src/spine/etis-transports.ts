import type { BatchOutcome, LaneBatch, Transport } from '@etis/contracts/lanes';
import type { Cluster } from '@etis/contracts/tenancy';
import { createDirectTransport } from '@etis/spine';
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

/** What the spine is measured on. */
export const transports: Readonly<Record<string, TransportMaker>> = { direct };
