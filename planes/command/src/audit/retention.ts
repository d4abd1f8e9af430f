import type { AuditReader, SystemDb } from '@etis/postgres';
import type { ChainHead } from './checkpoint.ts';
import { readContent } from './entry-content.ts';

interface OldRow {
  readonly chain: string;
  readonly number: string;
  readonly hash: string;
  readonly content: string;
}

const entriesAtATime = 1_000;
const removedAtATime = 500;

/**
 * How far each chain may be given up: the last of its first entries that were sealed before a time (epoch milliseconds) and stand under a checkpoint. A
 * chain that has many of them is given up in steps.
 */
export async function findCuts(db: SystemDb, before: number): Promise<Readonly<Record<string, ChainHead>>> {
  const rows = await db.statement<OldRow>(
    `select h.chain, e.number, e.hash, e.content from chain_head h left join chain_cut c using (chain)
     cross join lateral (
       select s.number, s.hash, s.content from sealed_entry s
       where s.chain = h.chain and s.number > coalesce(c.number, 0) and s.number <= h.checkpointed order by s.number limit $1
     ) e order by h.chain, e.number`,
    [entriesAtATime],
  );
  const cuts: Record<string, ChainHead> = {};
  const young = new Set<string>();
  for (const { chain, number, hash, content } of rows) {
    if (young.has(chain)) continue;
    if (Date.parse(readContent(content)?.sealedAt ?? '') < before) cuts[chain] = { number: Number(number), hash };
    else young.add(chain);
  }
  return cuts;
}

/**
 * Removes a batch of what was cut, the domains' own rows before their entries, so that a row never stands without one; resolves to whether there may be
 * more. Whoever runs it, and however often, nothing but that happens.
 */
export async function removeCut({ db, sources }: { db: SystemDb; sources: readonly AuditReader[] }): Promise<boolean> {
  const entries = await db.statement<{ chain: string; number: string; domain: string; row_id: string }>(
    `select e.chain, e.number, e.domain, e.row_id from chain_cut c
     cross join lateral (select * from sealed_entry s where s.chain = c.chain and s.number <= c.number order by s.number limit $1) e limit $1`,
    [removedAtATime],
  );
  const removed: (typeof entries)[number][] = [];
  for (const [domain, group] of Map.groupBy(entries, (entry) => entry.domain)) {
    const source = sources.find((one) => one.domain === domain);
    if (source === undefined) continue;
    await source.remove(group.map(({ row_id }) => row_id));
    removed.push(...group);
  }
  await db.statement(
    'delete from sealed_entry e using unnest($1::text[], $2::bigint[]) as r (chain, number) where e.chain = r.chain and e.number = r.number',
    [removed.map(({ chain }) => chain), removed.map(({ number }) => number)],
  );
  return removed.length === removedAtATime;
}
