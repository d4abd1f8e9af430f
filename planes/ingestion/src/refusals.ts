import type { Log } from '@etis/contracts/log';
import type { ConnectionId } from '@etis/contracts/tenancy';
import type { Clock, Service } from '@etis/kernel';

/** How many deliveries of a connection were refused for their signature from one network in one minute. */
export interface RefusalCount {
  readonly connection: ConnectionId;
  readonly prefix: string;
  readonly count: number;
}

/** The refused signatures of the minute that runs now, and of all time. */
export interface Refusals {
  record(connection: ConnectionId, prefix: string): void;
  current(): readonly RefusalCount[];
  total(): number;
  /** Logs a minute that ended with nothing after it, and the last one when stopped. */
  readonly service: Service;
}

const minuteMs = 60_000;
/** Networks counted apart in one minute; what goes beyond is counted together as `other`, so that no flood fills the memory. */
const distinctAtMost = 1_000;
/** Of a minute's counts, how many a log line names, most first. */
const namedAtMost = 20;

/** Counts refused signatures, in bounded memory; each minute that had any becomes one log line. */
export function createRefusals(deps: { log: Log; clock: Clock }): Refusals {
  const counts = new Map<string, { connection: ConnectionId; prefix: string; count: number }>();
  let minute = 0;
  let total = 0;
  let timer: NodeJS.Timeout | undefined;

  function closeMinute(): void {
    if (counts.size > 0) {
      const all = [...counts.values()].sort((a, b) => b.count - a.count);
      const refused = all.reduce((sum, entry) => sum + entry.count, 0);
      deps.log.warn(
        {
          minute: new Date(minute * minuteMs).toISOString(),
          refused,
          most: all.slice(0, namedAtMost),
          unnamed: Math.max(0, all.length - namedAtMost),
        },
        'deliveries were refused because their signature does not fit',
      );
    }
    counts.clear();
  }

  function roll(): void {
    const now = Math.floor(deps.clock.now() / minuteMs);
    if (now === minute) return;
    closeMinute();
    minute = now;
  }

  function entryOf(connection: ConnectionId, prefix: string): { count: number } {
    const key = `${connection} ${prefix}`;
    const known = counts.get(key);
    if (known !== undefined) return known;
    if (counts.size >= distinctAtMost && prefix !== 'other') return entryOf('other', 'other');
    const entry = { connection, prefix, count: 0 };
    counts.set(key, entry);
    return entry;
  }

  return {
    record(connection, prefix) {
      roll();
      total += 1;
      entryOf(connection, prefix).count += 1;
    },
    current() {
      roll();
      return [...counts.values()].map((entry) => ({ ...entry }));
    },
    total: () => total,
    service: {
      name: 'ingestion-refusals',
      async start() {
        timer = setInterval(roll, minuteMs).unref();
      },
      async stop() {
        clearInterval(timer);
        closeMinute();
      },
    },
  };
}
