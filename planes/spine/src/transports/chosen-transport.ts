import type { TransportName } from '@etis/contracts/event-routing';
import type { Transport } from '@etis/contracts/lanes';
import type { ClusterId } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';

/** One way for batches. */
export interface TransportDriver extends Transport {
  /** Whether a cluster's hosts can be reached by it from here; by default all can. Lanes of others are left to other dispatchers. */
  reaches?(cluster: ClusterId): boolean;
  /** Whether it could carry something now; by default always. */
  isReady?(): boolean;
}

type TransportDrivers = { readonly [Name in TransportName]?: TransportDriver };

/** The ways for batches in this process, of which one is chosen. What is under way goes on over the one that it began with. */
export interface ChosenTransport extends Transport {
  reaches(cluster: ClusterId): boolean;
  /** Returns whether that changes anything. */
  choose(name: TransportName): boolean;
  chosen(): TransportName;
  /** Over what everything that is under way goes; null while that is more than one. */
  settled(): TransportName | null;
  /** What could carry something now. */
  carries(): readonly TransportName[];
  /** The clusters that this process hosts. */
  hosts(): readonly ClusterId[];
}

/** `direct` is chosen until something else is. What is chosen and is not there reaches nothing. */
export function createChosenTransport(drivers: TransportDrivers, hosts: () => readonly ClusterId[]): ChosenTransport {
  let chosen: TransportName = 'direct';
  const underWay = new Map<TransportName, number>();
  const count = (name: TransportName, change: 1 | -1) => void underWay.set(name, (underWay.get(name) ?? 0) + change);

  return {
    choose(name) {
      const changes = name !== chosen;
      chosen = name;
      return changes;
    },
    hosts,
    chosen: () => chosen,
    settled: () => ([...underWay].every(([name, batches]) => name === chosen || batches === 0) ? chosen : null),
    carries: () => (Object.keys(drivers) as TransportName[]).filter((name) => drivers[name]?.isReady?.() ?? drivers[name] !== undefined),
    reaches(cluster) {
      const driver = drivers[chosen];
      return driver !== undefined && (driver.reaches?.(cluster) ?? true);
    },
    async deliver(batch, signal) {
      const name = chosen;
      const driver = drivers[name];
      if (driver === undefined) throw errors.TRANSPORT_ABSENT(name);
      count(name, 1);
      try {
        return await driver.deliver(batch, signal);
      } finally {
        count(name, -1);
      }
    },
  };
}
