import { isUuid } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';

// The first slice of all has nothing before it: what is not there never was.
const sinceSql = `
select began_at from slice
where n = (select min(n) from slice) and first_id is not null and uuid_extract_version($1::uuid) = 7 and uuid_extract_timestamp($1::uuid) < began_at`;

/** For an id under which nothing was found. @throws SPINE_NO_LONGER_KEPT where it is from before the record goes back to */
export async function refuseIfDropped(db: SystemDb, what: string, id: string): Promise<void> {
  if (!isUuid(id)) return;
  const [row] = await db.statement<{ began_at: Date }>(sinceSql, [id]);
  if (row !== undefined) throw errors.NO_LONGER_KEPT(what, row.began_at.toISOString());
}
