import type { KeyCertificate, Signed } from '@etis/contracts/snapshot';
import type { PlatformTx } from '@etis/postgres';

/** A certified key as it is kept. */
export interface KeyRecord {
  readonly certificate: KeyCertificate;
  /** The certificate as the root signed it. */
  readonly signed: Signed;
  /** The private key, sealed; null where it is somebody else's. */
  readonly sealed: string | null;
}

interface KeyRow {
  readonly payload: string;
  readonly root_key_id: string;
  readonly signature: string;
  readonly sealed: string | null;
}

/** Where an online key's private half lives; also what it is sealed for. */
export function signingKeyBinding(keyId: string) {
  return { tenant: null, table: 'signing_key', column: 'sealed', row: keyId };
}

export async function readKeys(tx: PlatformTx): Promise<readonly KeyRecord[]> {
  const rows = await tx.query<KeyRow>('select payload, root_key_id, signature, sealed from signing_key order by created_at, key_id');
  return rows.map((row) => ({
    certificate: JSON.parse(row.payload) as KeyCertificate,
    signed: { payload: row.payload, keyId: row.root_key_id, signature: row.signature },
    sealed: row.sealed,
  }));
}

/** Keeps a key that was not kept before. */
export async function keepKey(tx: PlatformTx, { certificate, signed, sealed }: KeyRecord): Promise<void> {
  await tx.query(
    `insert into signing_key (key_id, role, payload, root_key_id, signature, sealed, not_before, not_after)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key_id) do nothing`,
    [
      certificate.keyId,
      certificate.role,
      signed.payload,
      signed.keyId,
      signed.signature,
      sealed,
      certificate.notBefore,
      certificate.notAfter,
    ],
  );
}

export async function readRevoked(tx: PlatformTx): Promise<readonly string[]> {
  const rows = await tx.query<{ key_id: string }>('select key_id from revoked_key order by key_id');
  return rows.map((row) => row.key_id);
}

/** Resolves to whether any of them had counted until now. */
export async function keepRevoked(tx: PlatformTx, keyIds: readonly string[], reason: string): Promise<boolean> {
  const rows = await tx.query(
    'insert into revoked_key (key_id, reason) select id, $2 from unnest($1::text[]) as id on conflict do nothing returning key_id',
    [keyIds, reason],
  );
  return rows.length > 0;
}

/** Takes the lock under which keys change, until the transaction ends. */
export async function lockKeys(tx: PlatformTx): Promise<number> {
  const [row] = await tx.query<{ generation: string }>('select generation from key_generation for update');
  return Number(row?.generation);
}

export async function readGeneration(tx: PlatformTx): Promise<number> {
  const [row] = await tx.query<{ generation: string }>('select generation from key_generation');
  return Number(row?.generation);
}

/** Says that subscribers have something to learn. */
export async function nextGeneration(tx: PlatformTx): Promise<void> {
  await tx.query('update key_generation set generation = generation + 1');
}
