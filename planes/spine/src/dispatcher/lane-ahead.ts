import type { LaneEntry } from '@etis/contracts/lanes';
import { type EventRow, platformEvent } from '../record/event-row.ts';

/** What a lane got: entries after its position `after`, with nothing between. */
export interface LaneAddition {
  readonly laneId: string;
  readonly after: bigint;
  readonly entries: readonly AddedEntry[];
}

interface AddedEntry {
  readonly position: bigint;
  readonly row: EventRow;
}

/**
 * Entries that were written in this process, so that a lane which is not behind gets them without reading them back. The record has all of them:
 * whatever is not here any more, or does not follow on what the lane has, is read from there.
 */
export interface LaneAhead {
  add(addition: LaneAddition): void;
  /** How many of at most `limit` entries after `position` are here, bounded in bytes; 0 where the record has to be asked. */
  count(laneId: string, position: bigint, limit: number): number;
  /** The first of those, as far as they were counted. */
  take(laneId: string, position: bigint, count: number): readonly LaneEntry[];
  forget(laneId: string): void;
}

interface Stretch {
  after: bigint;
  entries: AddedEntry[];
  bytes: number;
}

export function createLaneAhead(bounds: { readonly batchBytes: number; readonly maxBytes: number }): LaneAhead {
  const stretches = new Map<string, Stretch>();
  let bytes = 0;

  function forget(laneId: string): void {
    bytes -= stretches.get(laneId)?.bytes ?? 0;
    stretches.delete(laneId);
  }

  /** The stretch without what is at or before the position; undefined where it does not follow on that. */
  function from(laneId: string, position: bigint): Stretch | undefined {
    const stretch = stretches.get(laneId);
    if (stretch === undefined || position < stretch.after) return undefined;
    const past = stretch.entries.findIndex((entry) => entry.position > position);
    const gone = stretch.entries.splice(0, past < 0 ? stretch.entries.length : past);
    const freed = gone.reduce((sum, { row }) => sum + row.data.length, 0);
    stretch.after = position;
    stretch.bytes -= freed;
    bytes -= freed;
    if (stretch.entries.length > 0) return stretch;
    stretches.delete(laneId);
    return undefined;
  }

  return {
    forget,
    add({ laneId, after, entries }) {
      const known = stretches.get(laneId);
      const follows = known !== undefined && (known.entries.at(-1)?.position ?? known.after) === after;
      if (known !== undefined && !follows) forget(laneId);
      const size = entries.reduce((sum, { row }) => sum + row.data.length, 0);
      if (bytes + size > bounds.maxBytes) {
        forget(laneId);
        return;
      }
      const stretch = (follows ? known : undefined) ?? { after, entries: [], bytes: 0 };
      for (const entry of entries) stretch.entries.push(entry);
      stretch.bytes += size;
      bytes += size;
      stretches.set(laneId, stretch);
    },
    count(laneId, position, limit) {
      const { entries = [] } = from(laneId, position) ?? {};
      let before = 0;
      let count = 0;
      while (count < limit && count < entries.length && before < bounds.batchBytes) {
        before += entries[count]?.row.data.length ?? 0;
        count += 1;
      }
      return count;
    },
    take(laneId, position, count) {
      const { entries = [] } = from(laneId, position) ?? {};
      return entries.slice(0, count).map((entry) => ({ position: entry.position, event: platformEvent(entry.row) }));
    },
  };
}
