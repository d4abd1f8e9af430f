import type { Signed } from '@etis/contracts/snapshot';
import type { PlatformTx } from '@etis/postgres';
import { digestOf } from '../directives/directive-rows.ts';

/** What subscribers hold and this platform has lost; every part of it was verified before it was kept. */
export interface Held {
  readonly certificates: readonly Signed[];
  readonly revoked: readonly string[];
  readonly directives: readonly Signed[];
}

/** Keeps what one subscriber showed, in place of what it showed before. */
export async function keepHeld(tx: PlatformTx, subscriber: string, { certificates, revoked, directives }: Held): Promise<void> {
  await tx.query(
    `insert into held_key (subscriber, certificates, revoked) values ($1, $2, $3)
     on conflict (subscriber) do update set certificates = excluded.certificates, revoked = excluded.revoked, shown_at = clock_timestamp()`,
    [subscriber, JSON.stringify(certificates), revoked],
  );
  const digests = directives.map(digestOf);
  const [payloads, keyIds, signatures] = (['payload', 'keyId', 'signature'] as const).map((part) => directives.map((one) => one[part]));
  await tx.query(
    `insert into held_directive (digest, payload, key_id, signature) select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
     on conflict do nothing`,
    [digests, payloads, keyIds, signatures],
  );
}

/** Everything that was shown, and by how many. */
export async function readHeld(tx: PlatformTx): Promise<Held & { readonly shownBy: number }> {
  const keys = await tx.query<{ certificates: string; revoked: readonly string[] }>('select certificates, revoked from held_key');
  const directives = await tx.query<{ payload: string; key_id: string; signature: string }>(
    'select payload, key_id, signature from held_directive order by digest',
  );
  return {
    certificates: keys.flatMap(({ certificates }) => JSON.parse(certificates) as readonly Signed[]),
    revoked: [...new Set(keys.flatMap(({ revoked }) => revoked))],
    directives: directives.map((row) => ({ payload: row.payload, keyId: row.key_id, signature: row.signature })),
    shownBy: keys.length,
  };
}

export async function forgetHeld(tx: PlatformTx): Promise<void> {
  await tx.query('delete from held_key');
  await tx.query('delete from held_directive');
}
