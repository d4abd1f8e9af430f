import type { Acknowledgement, Manifest, Moment, SectionName } from '@etis/contracts/snapshot';
import type { Clock } from '@etis/kernel';
import type { Slice } from '../compile/slice-compiler.ts';
import type { SectionState, SubscriberState } from '../fleet/fleet-state.ts';
import { isLater } from '../keys/snapshot-clock.ts';
import type { OpenConnection } from './connection.ts';

/** A subscriber on its command connection: what it should hold, was sent, and says that it holds. */
export interface Member {
  readonly connection: OpenConnection;
  readonly slice: Slice;
  /** There is something new for it. */
  desire(moment: Moment): void;
  sent(manifest: Manifest): void;
  /** It holds what belongs to a moment without having been sent anything. */
  isCurrent(moment: Moment): void;
  /** Resolves to the sections that it refused. */
  acknowledged(acknowledgement: Acknowledgement): readonly SectionName[];
  /** Whether it said that it holds what it should hold at a moment. */
  holds(moment: Moment): boolean;
  seen(): void;
  left(): void;
}

export function createMember(options: {
  connection: OpenConnection;
  slice: Slice;
  clock: Clock;
  note: (state: SubscriberState) => void;
}): Member {
  const { connection, slice, clock, note } = options;
  const held = connection.assumed.moment;
  let connected = true;
  let desired: Moment = held;
  let driftingSince: number | null = null;
  let sent: Moment | null = null;
  let acknowledged: Moment | null = held.version === 0 ? null : held;
  let state: SubscriberState['state'] = null;
  let sections: Readonly<Partial<Record<SectionName, SectionState>>> = {};

  function write(): void {
    note({ connected, lastSeenAt: connection.heardAt(), desired, driftingSince, sent, acknowledged, state, sections });
  }

  function settle(moment: Moment): void {
    acknowledged = { epoch: moment.epoch, version: moment.version };
    if (!isLater(desired, acknowledged)) driftingSince = null;
  }

  return {
    connection,
    slice,
    desire(moment) {
      if (isLater(moment, desired)) desired = moment;
      if (acknowledged === null || isLater(desired, acknowledged)) driftingSince ??= clock.now();
      write();
    },
    sent({ epoch, version, sections: stamps }) {
      sent = { epoch, version };
      desired = isLater(sent, desired) ? sent : desired;
      const entries = Object.entries(stamps).map(([name, stamp]) => {
        const before = sections[name as SectionName];
        return [name, { desired: stamp.version, applied: before?.applied ?? null, refused: before?.refused ?? null }] as const;
      });
      sections = Object.fromEntries(entries);
      write();
    },
    isCurrent(moment) {
      settle(moment);
      write();
    },
    acknowledged({ epoch, version, sections: said, state: freshness }) {
      settle({ epoch, version });
      state = freshness;
      sections = Object.fromEntries(
        Object.entries(said).map(([name, { version: applied, refused }]) => {
          return [name, { desired: sections[name as SectionName]?.desired ?? applied, applied, refused }] as const;
        }),
      );
      write();
      return Object.entries(said).flatMap(([name, { refused }]) => (refused === null ? [] : [name as SectionName]));
    },
    holds: (moment) => acknowledged !== null && !isLater(isLater(moment, desired) ? desired : moment, acknowledged),
    seen: write,
    left() {
      connected = false;
      write();
    },
  };
}
