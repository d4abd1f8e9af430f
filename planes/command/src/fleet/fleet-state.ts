import type { Moment, SectionName } from '@etis/contracts/snapshot';
import type { SystemDb } from '@etis/postgres';

/** What is known of one subscriber's state. */
export interface SubscriberState {
  readonly connected: boolean;
  /** Epoch milliseconds. */
  readonly lastSeenAt: number;
  readonly desired: Moment;
  /** Since when it does not hold what is desired, epoch milliseconds; null where it does. */
  readonly driftingSince: number | null;
  readonly sent: Moment | null;
  readonly acknowledged: Moment | null;
  readonly state: 'fresh' | 'stale' | null;
  readonly sections: Readonly<Partial<Record<SectionName, SectionState>>>;
}

export interface SectionState {
  readonly desired: number;
  readonly applied: number | null;
  readonly refused: string | null;
}

/** States as the processes that serve the links wrote them last. */
export interface FleetStates {
  write(process: string, states: readonly (SubscriberState & { readonly subscriber: string })[]): Promise<void>;
  /** Says that a process serves links still, and forgets those that have not said so for long. */
  beat(process: string, now: number): Promise<void>;
  /** Takes the links of a process away, with the process. */
  leave(process: string): Promise<void>;
  read(now: number): Promise<ReadonlyMap<string, SubscriberState>>;
  /** Who is connected to any process, without what else is known of them. */
  connected(now: number): Promise<ReadonlySet<string>>;
}

interface Row {
  readonly subscriber: string;
  readonly connected: boolean;
  readonly last_seen_at: Date | null;
  readonly desired_epoch: string;
  readonly desired_version: string;
  readonly drifting_since: Date | null;
  readonly sent_epoch: string | null;
  readonly sent_version: string | null;
  readonly acknowledged_epoch: string | null;
  readonly acknowledged_version: string | null;
  readonly state: 'fresh' | 'stale' | null;
  readonly sections: string;
}

/** A process that has not said for so long that it serves links does so no more. */
export const processSilentMs = 15_000;

// In one order of keys, so that two processes that write at once never wait for each other in a circle. Who is connected elsewhere by now stays so.
const writeSql = `
insert into subscriber_state as s (subscriber, connected_to, last_seen_at, desired_epoch, desired_version, drifting_since,
  sent_epoch, sent_version, acknowledged_epoch, acknowledged_version, state, sections)
select r.subscriber, case when r.connected then $1::uuid end, r.last_seen_at, r.desired_epoch, r.desired_version, r.drifting_since,
  r.sent_epoch, r.sent_version, r.acknowledged_epoch, r.acknowledged_version, r.state, r.sections
from json_to_recordset($2) as r (subscriber text, connected boolean, last_seen_at timestamptz, desired_epoch bigint, desired_version bigint,
  drifting_since timestamptz, sent_epoch bigint, sent_version bigint, acknowledged_epoch bigint, acknowledged_version bigint, state text, sections text)
order by r.subscriber
on conflict (subscriber) do update set connected_to = excluded.connected_to, last_seen_at = excluded.last_seen_at,
  desired_epoch = excluded.desired_epoch, desired_version = excluded.desired_version, drifting_since = excluded.drifting_since,
  sent_epoch = excluded.sent_epoch, sent_version = excluded.sent_version, acknowledged_epoch = excluded.acknowledged_epoch,
  acknowledged_version = excluded.acknowledged_version, state = excluded.state, sections = excluded.sections
where excluded.connected_to is not null or s.connected_to is null or s.connected_to = $1::uuid`;

const readSql = `
select s.*, p.id is not null as connected from subscriber_state s
left join link_process p on p.id = s.connected_to and p.seen_at > $1`;

const connectedSql = `
select s.subscriber from subscriber_state s join link_process p on p.id = s.connected_to where p.seen_at > $1`;

export function createFleetStates({ db }: { db: Pick<SystemDb, 'statement' | 'system'> }): FleetStates {
  return {
    async write(process, states) {
      if (states.length === 0) return;
      await db.statement(writeSql, [process, JSON.stringify(states.map(recordOf))]);
    },
    async beat(process, now) {
      await db.system(async (tx) => {
        await tx.query('insert into link_process (id, seen_at) values ($1, $2) on conflict (id) do update set seen_at = excluded.seen_at', [
          process,
          new Date(now),
        ]);
        await tx.query('delete from link_process where seen_at < $1', [new Date(now - 10 * processSilentMs)]);
      });
    },
    async leave(process) {
      await db.system(async (tx) => {
        await tx.query('update subscriber_state set connected_to = null where connected_to = $1', [process]);
        await tx.query('delete from link_process where id = $1', [process]);
      });
    },
    async read(now) {
      const rows = await db.statement<Row>(readSql, [new Date(now - processSilentMs)]);
      return new Map(rows.map((row) => [row.subscriber, stateOf(row)]));
    },
    async connected(now) {
      const rows = await db.statement<{ subscriber: string }>(connectedSql, [new Date(now - processSilentMs)]);
      return new Set(rows.map(({ subscriber }) => subscriber));
    },
  };
}

function recordOf(state: SubscriberState & { readonly subscriber: string }): object {
  return {
    subscriber: state.subscriber,
    connected: state.connected,
    last_seen_at: new Date(state.lastSeenAt).toISOString(),
    desired_epoch: state.desired.epoch,
    desired_version: state.desired.version,
    drifting_since: state.driftingSince === null ? null : new Date(state.driftingSince).toISOString(),
    sent_epoch: state.sent?.epoch ?? null,
    sent_version: state.sent?.version ?? null,
    acknowledged_epoch: state.acknowledged?.epoch ?? null,
    acknowledged_version: state.acknowledged?.version ?? null,
    state: state.state,
    sections: JSON.stringify(state.sections),
  };
}

function stateOf(row: Row): SubscriberState {
  return {
    connected: row.connected,
    lastSeenAt: row.last_seen_at?.getTime() ?? 0,
    desired: { epoch: Number(row.desired_epoch), version: Number(row.desired_version) },
    driftingSince: row.drifting_since?.getTime() ?? null,
    sent: momentOf(row.sent_epoch, row.sent_version),
    acknowledged: momentOf(row.acknowledged_epoch, row.acknowledged_version),
    state: row.state,
    sections: JSON.parse(row.sections) as SubscriberState['sections'],
  };
}

function momentOf(epoch: string | null, version: string | null): Moment | null {
  return epoch === null || version === null ? null : { epoch: Number(epoch), version: Number(version) };
}
