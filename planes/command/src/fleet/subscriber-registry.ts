import type { KeyObject } from 'node:crypto';
import { publicKeyFrom } from '@etis/agent';
import type { SubscriberIdentity } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Clock } from '@etis/kernel';
import type { PlatformDb } from '@etis/postgres';
import { ownContext } from '../own-context.ts';
import { readSubscribers, type SubscriberRecord } from './subscriber-rows.ts';

/** A subscriber whose word can be verified. */
export interface EnrolledSubscriber {
  readonly identity: SubscriberIdentity;
  readonly key: KeyObject;
  readonly revoked: boolean;
}

/** Who is enrolled, in memory: a thousand that come back at once cost one query. */
export interface SubscriberRegistry {
  /** Looks into the database for one that is not known, at most once a second for all of them together. */
  find(id: string): Promise<EnrolledSubscriber | null>;
  all(): readonly EnrolledSubscriber[];
  /** As they were read last. */
  records(): readonly SubscriberRecord[];
  /** Reads all of them again. */
  refresh(): Promise<void>;
}

const everyMs = 1_000;

export function createSubscriberRegistry({ db, clock, log }: { db: PlatformDb; clock: Clock; log: Log }): SubscriberRegistry {
  let known = new Map<string, EnrolledSubscriber>();
  let kept: readonly SubscriberRecord[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    readAt = clock.now();
    const records = await db.platform(ownContext(log), 'read who is enrolled', readSubscribers);
    const before = known;
    kept = records;
    known = new Map(records.map((record) => [record.identity.id, enrolled(record, before.get(record.identity.id))]));
  }

  function refresh(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  return {
    async find(id) {
      if (!known.has(id) && (reading !== undefined || clock.now() - readAt >= everyMs)) await refresh();
      return known.get(id) ?? null;
    },
    all: () => [...known.values()],
    records: () => kept,
    async refresh() {
      // One that began before the call may not have seen what the caller wants to be seen.
      await reading;
      await refresh();
    },
  };
}

/** A key is read once for as long as it stays the same. */
function enrolled({ identity, publicKey, revokedAt }: SubscriberRecord, before?: EnrolledSubscriber): EnrolledSubscriber {
  const isSame = before?.key.export({ format: 'jwk' }).x === publicKey;
  const key = isSame ? before.key : publicKeyFrom(publicKey);
  if (key === null) throw new Error(`the key of the subscriber ${identity.id} in the database is none`);
  return { identity, key, revoked: revokedAt !== null };
}
