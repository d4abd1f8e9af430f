import { hash, randomBytes } from 'node:crypto';
import { publicKeyFrom } from '@etis/agent';
import type { Context } from '@etis/contracts/context';
import type { EnrolmentToken, SubscriberIdentity } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Clock } from '@etis/kernel';
import { audit, type PlatformDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { keepSubscriber, readSubscriber } from '../fleet/subscriber-rows.ts';
import { isIdentity } from '../link/upward.ts';
import { ownContext } from '../own-context.ts';

/** How a process becomes a subscriber: by a token that an operator gave it, once. */
export interface Enrolment {
  /**
   * A token for one more subscriber, shown once; of its secret only the hash is kept.
   * @throws COMMAND_SUBSCRIBER_INVALID, COMMAND_SUBSCRIBER_EXISTS
   */
  invite(
    context: Context,
    request: { readonly identity: SubscriberIdentity; readonly validMs: number },
  ): Promise<{ token: string; expiresAt: string }>;
  /**
   * Makes the holder of a token a subscriber. Its proof was verified with the public key. Who asks again with the same key is enrolled already.
   * @throws COMMAND_ENROLMENT_REFUSED, COMMAND_SUBSCRIBER_EXISTS
   */
  redeem(request: { readonly secret: string; readonly identity: SubscriberIdentity; readonly publicKey: string }): Promise<void>;
}

export interface EnrolmentOptions {
  readonly db: PlatformDb;
  /** What a token says beside its secret. */
  readonly door: () => Pick<EnrolmentToken, 'url' | 'installation' | 'root' | 'authority'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Row {
  readonly subscriber: string;
  readonly kind: string;
  readonly scope: string | null;
  readonly expires_at: Date;
  readonly public_key: string | null;
}

const dayMs = 86_400_000;
const longestMs = 7 * dayMs;
const shortestMs = 1_000;

export function createEnrolment({ db, door, clock, log }: EnrolmentOptions): Enrolment {
  return {
    async invite(context, { identity, validMs }) {
      check(identity, validMs);
      const secret = randomBytes(32).toString('base64url');
      const expires = new Date(clock.now() + validMs);
      await db.platform(context, 'invite a subscriber', async (tx) => {
        const known = await readSubscriber(tx, identity.id);
        if (known !== null && known.revokedAt === null) throw errors.SUBSCRIBER_EXISTS(identity.id);
        await tx.query('delete from enrolment where expires_at < $1', [new Date(clock.now() - dayMs)]);
        await tx.query('insert into enrolment (secret_sha256, subscriber, kind, scope, expires_at) values ($1, $2, $3, $4, $5)', [
          sha256(secret),
          identity.id,
          identity.kind,
          identity.scope,
          expires,
        ]);
        await audit.record(tx, context, {
          action: 'subscriber.invite',
          target: `subscriber/${identity.id}`,
          detail: { kind: identity.kind, scope: identity.scope, expiresAt: expires.toISOString() },
        });
      });
      const token: EnrolmentToken = { ...door(), identity, secret, expiresAt: expires.toISOString() };
      return { token: Buffer.from(JSON.stringify(token)).toString('base64url'), expiresAt: token.expiresAt };
    },

    async redeem({ secret, identity, publicKey }) {
      if (publicKeyFrom(publicKey) === null) throw errors.ENROLMENT_REFUSED();
      const context = ownContext(log);
      await db.platform(context, 'enrol a subscriber', async (tx) => {
        const [row] = await tx.query<Row>(
          'select subscriber, kind, scope, expires_at, public_key from enrolment where secret_sha256 = $1 for update',
          [sha256(secret)],
        );
        const isFor = row?.subscriber === identity.id && row.kind === identity.kind && row.scope === identity.scope;
        if (row === undefined || !isFor || row.expires_at.getTime() <= clock.now()) throw errors.ENROLMENT_REFUSED();
        if (row.public_key === publicKey) return;
        if (row.public_key !== null) throw errors.ENROLMENT_REFUSED();
        await tx.query('update enrolment set public_key = $2 where secret_sha256 = $1', [sha256(secret), publicKey]);
        if (!(await keepSubscriber(tx, identity, publicKey))) throw errors.SUBSCRIBER_EXISTS(identity.id);
        await audit.record(tx, context, { action: 'subscriber.enrol', target: `subscriber/${identity.id}`, detail: { publicKey } });
      });
    },
  };
}

function check(identity: SubscriberIdentity, validMs: number): void {
  if (!isIdentity(identity))
    throw errors.SUBSCRIBER_INVALID('its id is not 1 to 80 characters of a-z, 0-9, dot and dash, or its kind is unknown');
  if (identity.kind === 'cluster' && identity.scope === null) throw errors.SUBSCRIBER_INVALID('a cluster names which one it is');
  if (!['cluster', 'worker'].includes(identity.kind) && identity.scope !== null) {
    throw errors.SUBSCRIBER_INVALID(`one of the kind ${identity.kind} has no scope`);
  }
  if (!Number.isSafeInteger(validMs) || validMs < shortestMs || validMs > longestMs) {
    throw errors.SUBSCRIBER_INVALID('its token is not valid for one second to seven days');
  }
}

function sha256(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
