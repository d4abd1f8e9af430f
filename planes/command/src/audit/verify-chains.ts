import type { AuditReader, SystemDb } from '@etis/postgres';
import type { ChainHead } from './checkpoint.ts';
import { entryHash, genesis, isOfRow, readContent } from './entry-content.ts';
import type { Findings } from './findings.ts';
import type { PersonalVault } from './personal-fields.ts';
import type { Counted } from './verification-runs.ts';

interface EntryRow {
  readonly number: string;
  readonly previous: string;
  readonly hash: string;
  readonly domain: string;
  readonly row_id: string;
  readonly content: string;
}

/** How far a chain was walked; `last` is the hash that the next entry must continue, null where that is not known. */
interface Walk {
  readonly chain: string;
  number: number;
  last: string | null;
}

const entriesAtATime = 500;

/** Walks every chain from its first entry and compares each entry with the row that it was made of. */
export async function verifyChains(options: {
  db: SystemDb;
  sources: readonly AuditReader[];
  personal: Pick<PersonalVault, 'open'>;
  findings: Findings;
  counted: Counted;
}): Promise<void> {
  const { db, findings, counted } = options;
  const sources = new Map(options.sources.map((source) => [source.domain, source]));

  async function headOf(chain: string): Promise<ChainHead | null> {
    const [row] = await db.statement<{ number: string; hash: string }>('select number, hash from chain_head where chain = $1', [chain]);
    return row === undefined ? null : { number: Number(row.number), hash: row.hash };
  }

  /** Begins behind what was given up, which may have become more since it was looked at last. */
  async function skipCut(walk: Walk): Promise<void> {
    const [cut] = await db.statement<{ number: string; hash: string }>('select number, hash from chain_cut where chain = $1', [walk.chain]);
    if (cut === undefined || Number(cut.number) <= walk.number) return;
    walk.number = Number(cut.number);
    walk.last = cut.hash;
  }

  async function isCut(chain: string, number: number): Promise<boolean> {
    return (await db.statement('select from chain_cut where chain = $1 and number >= $2', [chain, number])).length > 0;
  }

  function readPage(chain: string, after: number): Promise<readonly EntryRow[]> {
    return db.statement<EntryRow>(
      `select number, previous, hash, domain, row_id, content from sealed_entry where chain = $1 and number > $2 order by number limit $3`,
      [chain, after, entriesAtATime],
    );
  }

  async function walkChain(chain: string): Promise<void> {
    const walk: Walk = { chain, number: 0, last: genesis };
    await skipCut(walk);
    const before = await headOf(chain);
    for (let reading = readPage(chain, walk.number); ; ) {
      const page = await reading;
      if (Number(page[0]?.number) > walk.number + 1) await skipCut(walk);
      const last = Number(page.at(-1)?.number ?? 0);
      const isLast = page.length < entriesAtATime;
      // The next page is read while this one is looked at.
      if (!isLast) reading = readPage(chain, last);
      for (const entry of page) if (Number(entry.number) > walk.number) step(walk, entry, findings);
      await compareWithRows(chain, page).catch(async (error: unknown) => {
        await reading.catch(() => undefined);
        throw error;
      });
      counted.entries += page.length;
      if (isLast) break;
    }
    checkHead(walk, { before, after: await headOf(chain) }, findings);
  }

  async function compareWithRows(chain: string, page: readonly EntryRow[]): Promise<void> {
    for (const [domain, group] of Map.groupBy(page, (entry) => entry.domain)) {
      const source = sources.get(domain);
      if (source === undefined) {
        const detail = `Its entries of "${domain}" could not be compared, because that domain is not read here.`;
        findings.add({ chain, number: null, kind: 'source-missing', detail });
        continue;
      }
      const rows = new Map((await source.find(group.map((entry) => entry.row_id))).map((row) => [row.id, row]));
      for (const { number: text, row_id: id, content } of group) {
        const number = Number(text);
        if (findings.has(chain, number)) continue;
        const row = rows.get(id);
        const about = `row ${id} of "${domain}"`;
        if (row === undefined) {
          // Given up since the page was read.
          if (await isCut(chain, number)) continue;
          findings.add({ chain, number, kind: 'source-missing', detail: `It was made of ${about}, which is not there.` });
        } else if (!isOfRow(content, domain, row, options.personal)) {
          findings.add({ chain, number, kind: 'source-changed', detail: `It was made of ${about}, which says something else now.` });
        }
      }
    }
  }

  for (let chain = await chainAfter(db, ''); chain !== null; chain = await chainAfter(db, chain)) {
    counted.chains += 1;
    await walkChain(chain);
  }
}

/** Two looks into an index, instead of all entries. */
async function chainAfter(db: SystemDb, chain: string): Promise<string | null> {
  const [row] = await db.statement<{ chain: string | null }>(
    `select least((select min(chain) from sealed_entry where chain > $1), (select min(chain) from chain_head where chain > $1)) as chain`,
    [chain],
  );
  return row?.chain ?? null;
}

function step(walk: Walk, entry: EntryRow, findings: Findings): void {
  const { chain } = walk;
  const number = Number(entry.number);
  const add = (kind: 'changed' | 'removed' | 'reordered', at: number, detail: string) => findings.add({ chain, number: at, kind, detail });

  const missing = number - walk.number - 1;
  if (missing > 0) {
    add('removed', walk.number + 1, missing === 1 ? 'There is no such entry.' : `There is no entry from here to number ${number - 1}.`);
  }
  const said = readContent(entry.content);
  const isWhole = entryHash(entry.previous, entry.content) === entry.hash;
  if (isWhole && said !== null && (said.number !== number || said.chain !== chain)) {
    add('reordered', number, `It was sealed as number ${said.number} of ${said.chain}.`);
    walk.last = null;
  } else if (!isWhole || said === null || said.domain !== entry.domain || said.row !== entry.row_id) {
    add('changed', number, 'It does not have its hash.');
    walk.last = null;
  } else {
    const continues = missing > 0 || walk.last === null || walk.last === entry.previous;
    if (!continues) add('changed', number === 1 ? 1 : number - 1, `Number ${number} was sealed after another entry than this one.`);
    walk.last = entry.hash;
  }
  walk.number = number;
}

/** The sealer may have gone on since: what counts is that the chain is as long as its head was before, and no longer than it is after. */
function checkHead({ chain, number, last }: Walk, head: { before: ChainHead | null; after: ChainHead | null }, findings: Findings): void {
  const [before, after] = [head.before?.number ?? 0, head.after?.number ?? 0];
  if (number < before) {
    findings.add({ chain, number: number + 1, kind: 'truncated', detail: `It ends before this entry; it had ${before} entries.` });
  } else if (number > after) {
    findings.add({ chain, number: after + 1, kind: 'inserted', detail: `The sealer came to number ${after} only.` });
  } else if (head.after?.number === number && last !== null && last !== head.after.hash) {
    findings.add({ chain, number, kind: 'changed', detail: 'It is not the entry that the sealer ended with.' });
  }
}
