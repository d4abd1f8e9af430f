import type { Acceptance, Delivery } from '@etis/contracts/events';
import type { SystemDb } from '@etis/postgres';
import { fullOr } from './record-full.ts';

const appendSql = 'select given, kept from inbox_append($1::uuid[], $2, $3, $4, $5, $6::timestamptz[], $7, $8, $9::int[])';

/** SHA-256 has a fixed length, so this text tells any two (connection, digest) apart. */
function dedupeKey(delivery: Delivery): string {
  return delivery.digest.toString('latin1') + delivery.connection;
}

/**
 * Appends deliveries in one commit and answers for each, in the order given. May be repeated after an unknown outcome: a delivery whose
 * earlier try did commit is found by its digest under its own id, and is `accepted` like the first time. @throws SPINE_FULL
 */
export async function appendBatch(db: SystemDb, deliveries: readonly Delivery[]): Promise<readonly Acceptance[]> {
  const firsts = new Map<string, Delivery>();
  for (const delivery of deliveries) {
    const key = dedupeKey(delivery);
    if (!firsts.has(key)) firsts.set(key, delivery);
  }
  const rows = [...firsts.values()];
  let end = 0;
  // All bodies travel as one binary parameter: an array of bytea would be written as hex, twice the size.
  const values = [
    rows.map((row) => row.id),
    rows.map((row) => row.connection),
    rows.map((row) => row.source),
    rows.map((row) => JSON.stringify(row.headers)),
    rows.map((row) => row.traceparent),
    rows.map((row) => row.receivedAt.toISOString()),
    Buffer.concat(rows.map((row) => row.digest)),
    Buffer.concat(rows.map((row) => row.body)),
    rows.map((row) => {
      end += row.body.length;
      return end;
    }),
  ];
  const known = await db.statement<{ given: string; kept: string }>(appendSql, values).catch((error: unknown) => {
    throw fullOr(error);
  });
  const keptFor = new Map(known.map((row) => [row.given, row.kept]));
  return deliveries.map((delivery) => {
    const first = firsts.get(dedupeKey(delivery)) ?? delivery;
    const id = keptFor.get(first.id) ?? first.id;
    return { outcome: id === delivery.id ? 'accepted' : 'duplicate', id };
  });
}
