import type { Signed } from '@etis/contracts/snapshot';
import type { SystemDb } from '@etis/postgres';
import { type CheckpointRow, keptCheckpoint } from './chain-store.ts';
import { type ChainHead, type Checkpoint, type KeptCheckpoint, noHeads, payloadDigest, readCheckpoint } from './checkpoint.ts';
import { checkpointLines } from './checkpoint-file.ts';
import { genesis } from './entry-content.ts';
import type { Findings } from './findings.ts';
import type { Counted } from './verification-runs.ts';

interface CutRow {
  readonly chain: string;
  readonly number: string;
  readonly hash: string;
}

export interface CheckpointChecks {
  readonly db: SystemDb;
  /** Whether a key of the platform signed this as a checkpoint of this installation, at a time (epoch milliseconds) at which it was in force. */
  readonly isSigned: (signed: Signed, at: number) => boolean;
  readonly findings: Findings;
}

/** As the chain of a finding: what is wrong is with the checkpoints themselves. */
const checkpointChain = 'checkpoint';
const atATime = 200;
/** In the place of the hash of an entry that was given up. */
const givenUp = 'given up';
/** As late as a file may be. */
const shippedWithinMs = 60_000;

/** Follows the checkpoints in the database from the first to the last. */
export async function verifyCheckpoints({ db, isSigned, findings }: CheckpointChecks, counted: Counted): Promise<void> {
  let heads = noHeads();
  let expected = 1;
  let previous: string | null = genesis;
  // Read first, so that a checkpoint stands for each of them.
  const rowsOfCuts = await db.statement<CutRow>('select chain, number, hash from chain_cut');
  const cuts: (readonly [string, ChainHead])[] = [];

  function faultOf(kept: KeptCheckpoint, said: Checkpoint | null): string | null {
    if (said === null || said.number !== kept.number || !isSigned(kept, Date.parse(said.at))) return 'It is not signed by this platform.';
    heads = heads.with(said.changed);
    if (previous !== null && said.previous !== previous) return 'It does not continue the checkpoint before.';
    return previous === null || said.root === heads.sha256() ? null : 'Its root is not that of the heads that were signed.';
  }

  for (;;) {
    const rows: readonly CheckpointRow[] = await db.statement<CheckpointRow>(
      'select * from checkpoint where number >= $1 order by number limit $2',
      [expected, atATime],
    );
    const good: Checkpoint[] = [];
    for (const kept of rows.map(keptCheckpoint)) {
      counted.checkpoints += 1;
      if (kept.number > expected) {
        report(findings, expected, `It is not there, and the next one is number ${kept.number}.`);
        previous = null;
      }
      const said = readCheckpoint(kept.payload);
      const fault = faultOf(kept, said);
      if (fault !== null) report(findings, kept.number, fault);
      // After one that is wrong nothing is known of all heads together, only what each later one says of its own.
      previous = fault === null && previous !== null ? payloadDigest(kept.payload) : null;
      if (said !== null && fault !== 'It is not signed by this platform.') {
        good.push(said);
        cuts.push(...Object.entries(said.cuts ?? {}).filter(([chain]) => rowsOfCuts.some((row) => row.chain === chain)));
      }
      expected = kept.number + 1;
    }
    await compareHeads(db, good, findings);
    if (rows.length < atATime) break;
  }
  compareCuts(rowsOfCuts, cuts, findings);
}

/** Compares what was kept outside with the database; what was signed and has vanished from there counts all the same. */
export async function verifyFile(path: string, { db, isSigned, findings }: CheckpointChecks, now: number): Promise<void> {
  let line = 0;
  let last = 0;
  let page: KeptCheckpoint[] = [];

  async function compare(): Promise<void> {
    const numbers = page.map(({ number }) => number);
    const rows = await db.statement<CheckpointRow>('select * from checkpoint where number = any($1::bigint[])', [numbers]);
    const kept = new Map(rows.map(keptCheckpoint).map((row) => [row.number, row]));
    const lost: Checkpoint[] = [];
    for (const one of page) {
      const same = kept.get(one.number);
      if (same?.payload === one.payload && same.signature === one.signature) continue;
      const said = readCheckpoint(one.payload);
      const isTrue = said !== null && said.number === one.number && isSigned(one, Date.parse(said.at));
      if (isTrue) lost.push(said);
      const detail = isTrue
        ? `It was shipped, and the database ${same === undefined ? 'does not have it' : 'has another in its place'}.`
        : 'In the file it is not signed by this platform.';
      findings.add({
        chain: checkpointChain,
        number: one.number,
        kind: isTrue && same === undefined ? 'truncated' : 'checkpoint-invalid',
        detail,
      });
    }
    await compareHeads(db, lost, findings);
    page = [];
  }

  for await (const one of checkpointLines(path)) {
    line += 1;
    if (one === null) {
      findings.add({ chain: checkpointChain, number: null, kind: 'checkpoint-invalid', detail: `Line ${line} of the file is none.` });
      continue;
    }
    if (one.number > last + 1) report(findings, last + 1, 'It is not in the file.');
    last = Math.max(last, one.number);
    page.push(one);
    if (page.length === atATime) await compare();
  }
  await compare();
  await expectShipped();

  async function expectShipped(): Promise<void> {
    const [next] = await db.statement<CheckpointRow>('select * from checkpoint where number > $1 order by number limit 1', [last]);
    if (next === undefined || Date.parse(readCheckpoint(next.payload)?.at ?? '') > now - shippedWithinMs) return;
    report(findings, Number(next.number), 'It is not in the file, nor is any later one.');
  }
}

function report(findings: Findings, number: number, detail: string): void {
  findings.add({ chain: checkpointChain, number, kind: 'checkpoint-invalid', detail });
}

/** Every chain that begins later must have been cut there by a signed checkpoint. */
function compareCuts(rows: readonly CutRow[], signed: readonly (readonly [string, ChainHead])[], findings: Findings): void {
  for (const { chain, number, hash } of rows) {
    if (signed.some(([of, cut]) => of === chain && cut.number === Number(number) && cut.hash === hash)) continue;
    const detail = 'Its entries up to here are said to be given up, and no checkpoint that is signed says so.';
    findings.add({ chain, number: Number(number), kind: 'removed', detail });
  }
}

/** Every head that was signed must be an entry, with that hash, unless it was given up. */
async function compareHeads(db: SystemDb, checkpoints: readonly Checkpoint[], findings: Findings): Promise<void> {
  const signed = checkpoints.flatMap(({ number, changed }) =>
    Object.entries(changed).map(([chain, head]) => ({ chain, head, by: number })),
  );
  if (signed.length === 0) return;
  const rows = await db.statement<{ hash: string | null; length: string }>(
    `select case when c.number > s.number then $3 when c.number = s.number then c.hash else e.hash end as hash,
       greatest((select max(number) from sealed_entry l where l.chain = s.chain), c.number, 0) as length
     from unnest($1::text[], $2::bigint[]) with ordinality as s(chain, number, place) left join sealed_entry e using (chain, number)
     left join chain_cut c using (chain) order by s.place`,
    [signed.map(({ chain }) => chain), signed.map(({ head }) => head.number), givenUp],
  );
  for (const [index, { chain, head, by }] of signed.entries()) {
    const row = rows[index];
    if (row !== undefined && row.hash !== givenUp && row.hash !== head.hash) findings.add(headFinding(chain, head, { ...row, by }));
  }
}

function headFinding(chain: string, { number }: ChainHead, found: { hash: string | null; length: string; by: number }) {
  const by = `Checkpoint ${found.by} says so.`;
  if (found.hash !== null) return { chain, number, kind: 'changed' as const, detail: `It is not the entry that was signed. ${by}` };
  const length = Number(found.length);
  if (length >= number) return { chain, number, kind: 'removed' as const, detail: `There is no such entry. ${by}` };
  return { chain, number: length + 1, kind: 'truncated' as const, detail: `It ends before this entry; it had ${number} entries. ${by}` };
}
