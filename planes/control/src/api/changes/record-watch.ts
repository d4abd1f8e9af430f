import type { SpineQueries } from '@etis/contracts/flow';
import type { SpineLookups } from '@etis/contracts/operations';
import type { Change } from './view-changes.ts';

export type WatchedRecord = Pick<SpineQueries, 'lanes' | 'events' | 'unmatched' | 'deadLetters'> & Pick<SpineLookups, 'jobs'>;

/** Looks at the record and tells what changed since the look before; the first look tells nothing. */
export interface RecordWatch {
  look(): Promise<readonly Change[]>;
  /** Forgets what was seen, so that a pause is not told as one change. */
  forget(): void;
}

export function createRecordWatch({ spine }: { spine: WatchedRecord }): RecordWatch {
  let seen: ReadonlyMap<string, string> | null = null;

  async function signs(): Promise<ReadonlyMap<string, string>> {
    const [lanes, events, unmatched, deadLetters, jobs] = await Promise.all([
      spine.lanes({}),
      spine.events({ limit: 1 }),
      spine.unmatched({ limit: 1 }),
      spine.deadLetters({ limit: 1 }),
      spine.jobs({ limit: 1 }),
    ]);
    return new Map([
      ...lanes.map((lane) => [`lanes ${lane.lane}`, JSON.stringify(lane)] as const),
      ['events', events.items[0]?.id ?? ''],
      ['unmatched', JSON.stringify(unmatched.items[0] ?? null)],
      // A redriven one is no longer the newest, or no longer counted.
      ['dead-letters', `${deadLetters.items[0]?.id ?? ''} ${lanes.reduce((sum, lane) => sum + lane.deadLetters, 0)}`],
      ['jobs', JSON.stringify(jobs.items[0] ?? null)],
    ]);
  }

  return {
    async look() {
      const before = seen;
      seen = await signs();
      if (before === null) return [];
      const names = new Set([...before.keys(), ...seen.keys()]);
      return [...names].filter((name) => before.get(name) !== seen?.get(name)).map(changeOf);
    },
    forget() {
      seen = null;
    },
  };
}

function changeOf(name: string): Change {
  const [resource = name, id = null] = name.split(' ');
  return { resource, id };
}
