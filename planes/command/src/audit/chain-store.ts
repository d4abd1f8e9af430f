import type { Signed } from '@etis/contracts/snapshot';
import { type AuditPosition, type AuditRow, auditStart, type SystemDb, type SystemTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type ChainHead, type Checkpoint, type Heads, type KeptCheckpoint, noHeads } from './checkpoint.ts';
import { chainOf, entryContent, entryHash, genesis } from './entry-content.ts';

/** Everything that the next entry and the next checkpoint depend on. */
export interface ChainState {
  readonly heads: Heads;
  /** The heads that no checkpoint says yet. */
  readonly open: Readonly<Record<string, ChainHead>>;
  readonly positions: ReadonlyMap<string, AuditPosition>;
  readonly checkpoint: KeptCheckpoint | null;
}

/** Rows of one domain that follow `from` there. */
interface Batch {
  readonly domain: string;
  readonly from: AuditPosition;
  readonly rows: readonly AuditRow[];
  /** What is personal in a row, sealed. */
  readonly personal: (row: AuditRow) => string | null;
  readonly sealedAt: string;
}

/** The chain in its database. What takes a token changes nothing, and throws COMMAND_AUDIT_LEASE_LOST, once the lease has been taken by another. */
export interface ChainStore {
  /** Takes the lease where nobody's is running; null otherwise. */
  lease(): Promise<string | null>;
  renew(token: string): Promise<void>;
  release(token: string): Promise<void>;
  load(): Promise<ChainState>;
  /** Numbers and chains the rows of a batch, and moves the domain's position to its end; resolves to the heads that it changed. */
  seal(token: string, batch: Batch, heads: Heads): Promise<Readonly<Record<string, ChainHead>>>;
  /** Keeps a checkpoint with what it says of heads and cuts. */
  keepCheckpoint(token: string, checkpoint: KeptCheckpoint, said: Pick<Checkpoint, 'changed' | 'cuts'>): Promise<void>;
}

interface NewEntry {
  readonly chain: string;
  readonly number: number;
  readonly previous: string;
  readonly hash: string;
  readonly domain: string;
  readonly row_id: string;
  readonly content: string;
}

interface HeadRow {
  readonly chain: string;
  readonly number: string;
  readonly hash: string;
  readonly checkpointed: string;
}

export interface CheckpointRow {
  readonly number: string;
  readonly payload: string;
  readonly key_id: string;
  readonly signature: string;
}

export function createChainStore(options: { db: SystemDb; owner: string; leaseMs: number }): ChainStore {
  const { db, owner, leaseMs } = options;
  const until = `clock_timestamp() + ${Math.trunc(leaseMs)} * interval '1 millisecond'`;
  const renewSql = `update sealer_lease set leased_until = ${until} where token = $1 and owner = $2 returning token`;

  /** Holds the row of the lease until the transaction ends: nobody takes it in between. */
  async function fence(tx: SystemTx, token: string): Promise<void> {
    if ((await tx.query(renewSql, [token, owner])).length === 0) throw errors.AUDIT_LEASE_LOST();
  }

  return {
    async lease() {
      const [row] = await db.statement<{ token: string }>(
        `update sealer_lease set token = token + 1, owner = $1, leased_until = ${until}
         where owner = $1 or leased_until is null or leased_until < clock_timestamp() returning token`,
        [owner],
      );
      return row?.token ?? null;
    },

    async renew(token) {
      if ((await db.statement(renewSql, [token, owner])).length === 0) throw errors.AUDIT_LEASE_LOST();
    },

    async release(token) {
      await db.statement('update sealer_lease set owner = null, leased_until = null where token = $1 and owner = $2', [token, owner]);
    },

    async load() {
      const rows = await db.statement<HeadRow>('select chain, number, hash, checkpointed from chain_head');
      const all = rows.map(({ chain, number, hash }) => [chain, { number: Number(number), hash }] as const);
      const behind = new Set(rows.filter((row) => BigInt(row.checkpointed) < BigInt(row.number)).map((row) => row.chain));
      const positions = await db.statement<{ domain: string; xid: string; id: string }>(
        'select domain, xid::text as xid, row_id as id from source_position',
      );
      const [last] = await db.statement<CheckpointRow>('select * from checkpoint order by number desc limit 1');
      return {
        heads: noHeads().with(Object.fromEntries(all)),
        open: Object.fromEntries(all.filter(([chain]) => behind.has(chain))),
        positions: new Map(positions.map(({ domain, ...position }) => [domain, position])),
        checkpoint: last === undefined ? null : keptCheckpoint(last),
      };
    },

    seal: (token, batch, heads) =>
      db.system(async (tx) => {
        await fence(tx, token);
        await movePosition(tx, batch);
        const { entries, changed } = numbered(batch, await sealedAlready(tx, batch), heads);
        if (entries.length === 0) return changed;
        await tx.query(
          `insert into sealed_entry (chain, number, previous, hash, domain, row_id, content)
           select * from jsonb_to_recordset($1::jsonb)
             as e(chain text, number bigint, previous text, hash text, domain text, row_id uuid, content text)`,
          [JSON.stringify(entries)],
        );
        await tx.query(
          `insert into chain_head (chain, number, hash)
           select c.key, (c.value->>'number')::bigint, c.value->>'hash' from jsonb_each($1::jsonb) c
           on conflict (chain) do update set number = excluded.number, hash = excluded.hash`,
          [JSON.stringify(changed)],
        );
        return changed;
      }),

    keepCheckpoint: (token, { number, payload, keyId, signature }, { changed, cuts = {} }) =>
      db.system(async (tx) => {
        await fence(tx, token);
        await tx.query('insert into checkpoint (number, payload, key_id, signature) values ($1, $2, $3, $4)', [
          number,
          payload,
          keyId,
          signature,
        ]);
        await tx.query(
          `update chain_head h set checkpointed = (c.value->>'number')::bigint from jsonb_each($1::jsonb) c where h.chain = c.key`,
          [JSON.stringify(changed)],
        );
        await tx.query(
          `insert into chain_cut (chain, number, hash)
           select c.key, (c.value->>'number')::bigint, c.value->>'hash' from jsonb_each($1::jsonb) c
           on conflict (chain) do update set number = excluded.number, hash = excluded.hash where chain_cut.number < excluded.number`,
          [JSON.stringify(cuts)],
        );
      }),
  };
}

async function movePosition(tx: SystemTx, { domain, from, rows }: Batch): Promise<void> {
  const to = rows.at(-1) ?? from;
  const moved = await tx.query(
    // Of a domain that is new here nothing was sealed in plain text.
    `insert into source_position as p (domain, xid, row_id, forgotten_xid, forgotten_row) values ($1, $2::xid8, $3, $4::xid8, $5)
     on conflict (domain) do update set xid = excluded.xid, row_id = excluded.row_id where p.xid = $4::xid8 and p.row_id = $5
     returning domain`,
    [domain, to.xid, to.id, from.xid, from.id],
  );
  if (moved.length === 0) throw errors.AUDIT_LEASE_LOST();
}

/** Where a position was lost, its rows come once more. */
async function sealedAlready(tx: SystemTx, { domain, rows }: Batch): Promise<ReadonlySet<string>> {
  const ids = rows.map((row) => row.id);
  const found = await tx.query<{ row_id: string }>('select row_id from sealed_entry where domain = $1 and row_id = any($2::uuid[])', [
    domain,
    ids,
  ]);
  return new Set(found.map((row) => row.row_id));
}

function numbered({ domain, rows, personal, sealedAt }: Batch, sealed: ReadonlySet<string>, heads: Heads) {
  const changed: Record<string, ChainHead> = {};
  const entries: NewEntry[] = [];
  for (const row of rows) {
    if (sealed.has(row.id)) continue;
    const chain = chainOf(row.tenant);
    const head = changed[chain] ?? heads.get(chain);
    const number = (head?.number ?? 0) + 1;
    const previous = head?.hash ?? genesis;
    const content = entryContent(domain, row, { number, sealedAt, personal: personal(row) });
    const hash = entryHash(previous, content);
    entries.push({ chain, number, previous, hash, domain, row_id: row.id, content });
    changed[chain] = { number, hash };
  }
  return { entries, changed };
}

export function keptCheckpoint({ number, payload, key_id: keyId, signature }: CheckpointRow): KeptCheckpoint {
  return { number: Number(number), payload, keyId, signature };
}

export function positionIn(state: Pick<ChainState, 'positions'>, domain: string): AuditPosition {
  return state.positions.get(domain) ?? auditStart;
}

export type CheckpointSigner = { sign(purpose: 'checkpoint', value: unknown): Signed };
