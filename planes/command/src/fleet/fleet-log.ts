import type { Log } from '@etis/contracts/log';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import type { FleetStates, SubscriberState } from './fleet-state.ts';

/** Writes down how the subscribers of this process stand: the newest state of each, at most once a second, all in one statement. */
export interface FleetLog extends Service {
  note(subscriber: string, state: SubscriberState): void;
  /** Resolves when everything that was noted before is written. */
  settled(): Promise<void>;
}

const everyMs = 1_000;
const beatMs = 5_000;
/** As many as one statement takes at a time. */
const batchCount = 1_000;

export function createFleetLog(options: {
  states: FleetStates;
  process: string;
  clock: Clock;
  log: Log;
  /** Called after something new was written. */
  written?: () => void;
}): FleetLog {
  const { states, process, clock, log } = options;
  let noted = new Map<string, SubscriberState>();
  let beatAt = Number.NEGATIVE_INFINITY;
  let turn: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const batch = [...noted].slice(0, batchCount);
    await states.write(
      process,
      batch.map(([subscriber, state]) => ({ ...state, subscriber })),
    );
    for (const [subscriber, state] of batch) if (noted.get(subscriber) === state) noted.delete(subscriber);
    options.written?.();
  }

  /** One after the other, so that an older state never overtakes a newer one. */
  function writeAll(): Promise<void> {
    const next = turn
      .catch(() => undefined)
      .then(async () => {
        while (noted.size > 0) await write();
      });
    turn = next;
    return next;
  }

  async function beat(): Promise<void> {
    if (clock.now() - beatAt < beatMs) return;
    await states.beat(process, clock.now());
    beatAt = clock.now();
  }

  const loop = createLoop({
    name: 'fleet log',
    log,
    idleMs: everyMs,
    async round() {
      await beat();
      await writeAll();
      return false;
    },
  });

  return {
    name: loop.name,
    note: (subscriber, state) => void noted.set(subscriber, state),
    settled: writeAll,
    async start() {
      noted = new Map();
      await beat();
      await loop.start();
    },
    async stop() {
      await loop.stop();
      try {
        await writeAll();
        await states.leave(process);
      } catch (error) {
        log.warn({ err: error }, 'the fleet was not told that this process serves no links any more; it notices by itself');
      }
    },
  };
}
