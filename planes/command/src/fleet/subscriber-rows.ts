import type { SubscriberIdentity, SubscriberKind } from '@etis/contracts/link';
import type { PlatformTx } from '@etis/postgres';

/** A subscriber as it was enrolled. */
export interface SubscriberRecord {
  readonly identity: SubscriberIdentity;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  readonly revokedAt: Date | null;
}

interface SubscriberRow {
  readonly id: string;
  readonly kind: SubscriberKind;
  readonly scope: string | null;
  readonly public_key: string;
  readonly revoked_at: Date | null;
}

export async function readSubscribers(tx: PlatformTx): Promise<readonly SubscriberRecord[]> {
  const rows = await tx.query<SubscriberRow>('select id, kind, scope, public_key, revoked_at from subscriber order by id');
  return rows.map(recordOf);
}

export async function readSubscriber(tx: PlatformTx, id: string): Promise<SubscriberRecord | null> {
  const [row] = await tx.query<SubscriberRow>('select id, kind, scope, public_key, revoked_at from subscriber where id = $1', [id]);
  return row === undefined ? null : recordOf(row);
}

/** Resolves to false where there is a subscriber of that id that counts and has another key. One that was revoked is replaced. */
export async function keepSubscriber(tx: PlatformTx, { id, kind, scope }: SubscriberIdentity, publicKey: string): Promise<boolean> {
  const rows = await tx.query(
    `insert into subscriber (id, kind, scope, public_key) values ($1, $2, $3, $4)
     on conflict (id) do update set kind = $2, scope = $3, public_key = $4, enrolled_at = clock_timestamp(), revoked_at = null
       where subscriber.revoked_at is not null and subscriber.public_key <> $4
         or subscriber.revoked_at is null and (subscriber.kind, subscriber.scope, subscriber.public_key) is not distinct from ($2, $3, $4)
     returning id`,
    [id, kind, scope, publicKey],
  );
  return rows.length > 0;
}

/** Resolves to false where it is unknown or was revoked before. */
export async function revokeSubscriber(tx: PlatformTx, id: string): Promise<boolean> {
  const rows = await tx.query('update subscriber set revoked_at = clock_timestamp() where id = $1 and revoked_at is null returning id', [
    id,
  ]);
  return rows.length > 0;
}

function recordOf(row: SubscriberRow): SubscriberRecord {
  return { identity: { id: row.id, kind: row.kind, scope: row.scope }, publicKey: row.public_key, revokedAt: row.revoked_at };
}
