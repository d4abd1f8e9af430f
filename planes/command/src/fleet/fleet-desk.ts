import type { Fleet, FleetMember } from '@etis/contracts/command';
import type { Clock } from '@etis/kernel';
import { audit, type PlatformDb } from '@etis/postgres';
import type { Enrolment } from '../enrolment/enrolment.ts';
import { errors } from '../errors.ts';
import type { FleetStates, SubscriberState } from './fleet-state.ts';
import { readSubscribers, revokeSubscriber, type SubscriberRecord } from './subscriber-rows.ts';

/** Who is governed and how far each one is, from what every process that serves links wrote. */
export function createFleetDesk(options: {
  db: PlatformDb;
  states: Pick<FleetStates, 'read'>;
  enrolment: Pick<Enrolment, 'invite'>;
  /** Called once somebody's key counts no more. */
  revoked: () => Promise<void>;
  clock: Clock;
}): Fleet {
  const { db, states, enrolment, clock } = options;
  return {
    async members(context) {
      const records = await db.platform(context, 'look at the fleet', readSubscribers);
      const known = await states.read(clock.now());
      return membersOf(records, known, clock.now());
    },
    invite: (context, request) => enrolment.invite(context, request),
    async revoke(context, id) {
      await db.platform(context, 'revoke a subscriber', async (tx) => {
        if (!(await revokeSubscriber(tx, id))) throw errors.SUBSCRIBER_UNKNOWN(id);
        await audit.record(tx, context, { action: 'subscriber.revoke', target: `subscriber/${id}` });
      });
      await options.revoked();
    },
  };
}

export function membersOf(
  records: readonly SubscriberRecord[],
  states: ReadonlyMap<string, SubscriberState>,
  now: number,
): readonly FleetMember[] {
  return records.map((record) => memberOf(record, states.get(record.identity.id), now));
}

const nobody = { epoch: 0, version: 0 };

function memberOf({ identity, revokedAt }: SubscriberRecord, state: SubscriberState | undefined, now: number): FleetMember {
  return {
    ...identity,
    connected: (state?.connected ?? false) && revokedAt === null,
    lastSeenAt: state === undefined || state.lastSeenAt === 0 ? null : new Date(state.lastSeenAt).toISOString(),
    state: freshnessOf(state),
    desired: state?.desired ?? nobody,
    sent: state?.sent ?? null,
    acknowledged: state?.acknowledged ?? null,
    sections: state?.sections ?? {},
    driftMs: state?.driftingSince == null ? 0 : Math.max(0, now - state.driftingSince),
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}

function freshnessOf(state: SubscriberState | undefined): FleetMember['state'] {
  if (state === undefined) return 'UNKNOWN';
  if (state.acknowledged === null) return 'EMPTY';
  return state.state === 'stale' ? 'STALE' : 'READY';
}
