import type { SecretVault } from '@etis/agent';
import type { Context } from '@etis/contracts/context';
import type { SecretBinding } from '@etis/contracts/secrets';
import { type Clock, uuidv7 } from '@etis/kernel';
import type { PlatformDb } from '@etis/postgres';

/** What one request is, as far as a repeat must be the same. */
interface IdempotentRequest {
  readonly operation: string;
  readonly key: string;
  readonly hash: Buffer;
}

export interface StoredReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `claimed`: do it, then complete or release. `busy`: another request is at it. `other`: the key belongs to a different request. */
type Claim =
  | { readonly outcome: 'claimed'; readonly claim: string }
  | { readonly outcome: 'replay'; readonly reply: StoredReply }
  | { readonly outcome: 'busy' }
  | { readonly outcome: 'other' };

/** Requests that came with an Idempotency-Key, per actor and operation, for 24 hours. */
export interface IdempotencyStore {
  claim(context: Context, request: IdempotentRequest): Promise<Claim>;
  /** Keeps the answer for repeats. */
  complete(context: Context, claim: string, reply: StoredReply): Promise<void>;
  /** Lets the key be used again: nothing was done. */
  release(context: Context, claim: string): Promise<void>;
  /** Deletes what is older than 24 hours; resolves to how many. */
  removeExpired(context: Context): Promise<number>;
}

const keptMs = 86_400_000;
/** A claim that is older and has no answer was left by a process that died: no request is worked on for as long. */
const abandonedMs = 60_000;

export function createIdempotencyStore({ db, vault, clock }: { db: PlatformDb; vault: SecretVault; clock: Clock }): IdempotencyStore {
  const before = (ms: number) => new Date(clock.now() - ms);

  return {
    async claim(context, { operation, key, hash }) {
      const actor = `${context.actor.kind}:${context.actor.id}`;
      const claim = uuidv7();
      const stored = await db.platform(context, 'look at an idempotency key', async (tx) => {
        const claimed = await tx.query(
          `insert into idempotency as i (actor, operation, key, claim, request_hash, claimed_at) values ($1, $2, $3, $4, $5, $6)
           on conflict (actor, operation, key) do update
           set claim = excluded.claim, request_hash = excluded.request_hash, claimed_at = excluded.claimed_at, sealed_reply = null
           where i.claimed_at <= $7 or (i.sealed_reply is null and i.request_hash = excluded.request_hash and i.claimed_at <= $8)
           returning claim`,
          [actor, operation, key, claim, hash, new Date(clock.now()), before(keptMs), before(abandonedMs)],
        );
        if (claimed.length > 0) return null;
        const [row] = await tx.query<{ claim: string; hash: Buffer; reply: string | null }>(
          'select claim, request_hash as hash, sealed_reply as reply from idempotency where actor = $1 and operation = $2 and key = $3',
          [actor, operation, key],
        );
        return row;
      });
      if (stored === null) return { outcome: 'claimed', claim };
      // It was there a moment ago and was released since: whoever asks again gets it.
      if (stored === undefined) return { outcome: 'busy' };
      if (!stored.hash.equals(hash)) return { outcome: 'other' };
      if (stored.reply === null) return { outcome: 'busy' };
      return { outcome: 'replay', reply: JSON.parse(vault.open(stored.reply, bindingOf(stored.claim))) as StoredReply };
    },
    async complete(context, claim, reply) {
      const sealed = vault.seal(JSON.stringify(reply), bindingOf(claim));
      await db.platform(context, 'keep the answer of an idempotency key', (tx) =>
        tx.query('update idempotency set sealed_reply = $2 where claim = $1', [claim, sealed]),
      );
    },
    async release(context, claim) {
      await db.platform(context, 'release an idempotency key', (tx) => tx.query('delete from idempotency where claim = $1', [claim]));
    },
    async removeExpired(context) {
      const rows = await db.platform(context, 'remove expired idempotency keys', (tx) =>
        tx.query('delete from idempotency where claimed_at <= $1 returning claim', [before(keptMs)]),
      );
      return rows.length;
    },
  };
}

function bindingOf(claim: string): SecretBinding {
  return { tenant: null, table: 'idempotency', column: 'sealed_reply', row: claim };
}
