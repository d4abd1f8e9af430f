import { hash } from 'node:crypto';
import type { DirectiveOrder } from '@etis/agent';
import type { Directive, DirectiveReport, Receipt } from '@etis/contracts/directives';
import type { Signed } from '@etis/contracts/snapshot';
import type { PlatformTx, SystemDb } from '@etis/postgres';

/** More at once are told by manifests alone. */
const mostResumes = 1_000;

/** A directive with what nodes verify it by. */
export interface SignedDirective {
  readonly signed: Signed;
  /** SHA-256 of the payload, lower-case hex. */
  readonly digest: string;
  readonly directive: Directive;
}

/** A directive as it is kept. */
export interface DirectiveRecord extends SignedDirective {
  readonly state: DirectiveReport['state'];
  readonly endedBy: string | null;
}

interface DirectiveRow {
  readonly digest: string;
  readonly payload: string;
  readonly key_id: string;
  readonly signature: string;
  readonly ended_by: string | null;
  readonly state: DirectiveReport['state'];
}

// A resume has done what it does when it is kept, so it is over; a break-glass order is over when its node is reached again, which is how it came here:
// the manifest that the node then gets does not name it. Expiry counts by the clock that the caller gives, as it does on every node.
const columns = `d.digest, d.payload, d.key_id, d.signature, d.ended_by,
  case when d.verb = 'resume' or d.break_glass or d.ended_by is not null then 'ended'
       when d.expires_at <= to_timestamp($1::float8 / 1000) then 'expired' else 'in-force' end as state`;

export function digestOf(signed: Signed): string {
  return hash('sha256', signed.payload, 'hex');
}

/** What was signed, read back; its signature has to be verified by whoever did not sign it. */
export function signedDirective(signed: Signed): SignedDirective {
  return { signed, digest: digestOf(signed), directive: JSON.parse(signed.payload) as Directive };
}

function recordOf(row: DirectiveRow): DirectiveRecord {
  const signed = { payload: row.payload, keyId: row.key_id, signature: row.signature };
  return { signed, digest: row.digest, directive: JSON.parse(row.payload) as Directive, state: row.state, endedBy: row.ended_by };
}

/** The next sequence of the epoch; its lock is held until the transaction ends, so that what is seen of an epoch has no gaps. */
export async function nextSequence(tx: PlatformTx, epoch: number): Promise<number> {
  const [row] = await tx.query<{ last: string }>(
    `insert into directive_sequence (epoch, last) values ($1, 1) on conflict (epoch) do update set last = directive_sequence.last + 1
     returning last`,
    [epoch],
  );
  return Number(row?.last);
}

/** Keeps a directive that was not kept before, and ends what it resumes. Resolves to whether it was new. */
export async function keepDirective(tx: PlatformTx, { signed, digest, directive }: SignedDirective): Promise<boolean> {
  const kept = await tx.query(
    `insert into directive (id, epoch, sequence, verb, break_glass, digest, payload, key_id, signature, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning id`,
    [
      directive.id,
      directive.epoch,
      directive.sequence,
      directive.verb,
      'breakGlass' in directive,
      digest,
      signed.payload,
      signed.keyId,
      signed.signature,
      directive.verb === 'resume' ? null : (directive.expiresAt ?? null),
    ],
  );
  if (directive.verb === 'resume') await endDirectives(tx, directive.ends, directive.id);
  return kept.length > 0;
}

async function endDirectives(tx: PlatformTx, ids: readonly string[], by: string): Promise<void> {
  await tx.query('update directive set ended_by = $2 where id = any($1::uuid[]) and ended_by is null and verb <> $3', [ids, by, 'resume']);
}

/** Numbers and ends as they are after directives were kept that were ordered elsewhere. */
export async function catchUp(tx: PlatformTx): Promise<void> {
  await tx.query(
    `insert into directive_sequence (epoch, last) select epoch, max(sequence) from directive where not break_glass group by epoch
     on conflict (epoch) do update set last = greatest(directive_sequence.last, excluded.last)`,
  );
  await tx.query(
    `update directive d set ended_by = r.id from directive r
     where r.verb = 'resume' and d.verb <> 'resume' and d.ended_by is null and r.payload::jsonb -> 'ends' ? d.id::text
       and (d.break_glass or (r.epoch, r.sequence) > (d.epoch, d.sequence))`,
  );
}

export async function countInForce(tx: PlatformTx, now: number): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from directive d
     where d.ended_by is null and d.verb <> 'resume' and not d.break_glass and (d.expires_at is null or d.expires_at > to_timestamp($1::float8 / 1000))`,
    [now],
  );
  return row?.count ?? 0;
}

export async function readDirectives(tx: PlatformTx, now: number, ids: readonly string[]): Promise<readonly DirectiveRecord[]> {
  const rows = await tx.query<DirectiveRow>(`select ${columns} from directive d where d.id = any($2::uuid[])`, [now, ids]);
  return rows.map(recordOf);
}

/** In force by the platform's word, break-glass directives left out, in order. */
export async function readInForce(tx: PlatformTx, now: number): Promise<readonly DirectiveRecord[]> {
  const rows = await tx.query<DirectiveRow>(
    `select ${columns} from directive d
     where d.ended_by is null and d.verb <> 'resume' and not d.break_glass and (d.expires_at is null or d.expires_at > to_timestamp($1::float8 / 1000))
     order by d.epoch, d.sequence`,
    [now],
  );
  return rows.map(recordOf);
}

/** Resumes that were ordered after a place in the order, oldest first. */
export async function readResumes(tx: PlatformTx, now: number, after: DirectiveOrder): Promise<readonly DirectiveRecord[]> {
  const rows = await tx.query<DirectiveRow>(
    `select ${columns} from directive d where d.verb = 'resume' and (d.epoch, d.sequence) > ($2, $3) order by d.epoch, d.sequence limit ${mostResumes}`,
    [now, after.epoch, after.sequence],
  );
  return rows.map(recordOf);
}

/** One page, newest first: those given before `before`, which is the id of one. */
export async function readPage(
  tx: PlatformTx,
  query: { now: number; state: DirectiveReport['state'] | null; before: string | null; limit: number },
): Promise<readonly DirectiveRecord[]> {
  const rows = await tx.query<DirectiveRow>(
    `select * from (select ${columns}, d.id from directive d where $3::uuid is null or d.id < $3::uuid) p
     where $2::text is null or p.state = $2 order by p.id desc limit $4`,
    [query.now, query.state, query.before, query.limit],
  );
  return rows.map(recordOf);
}

/** The last directive that a transaction can see, of the newest epoch that has one. */
export async function lastOrder(tx: PlatformTx): Promise<{ epoch: number; sequence: number }> {
  const [row] = await tx.query<{ epoch: string; sequence: string }>(
    'select epoch, sequence from directive where not break_glass order by epoch desc, sequence desc limit 1',
  );
  return { epoch: Number(row?.epoch ?? 0), sequence: Number(row?.sequence ?? 0) };
}

/** Keeps those that prove what they say: their digest is that of the directive as it was signed. One statement, which commits itself. */
export async function keepReceipts(db: SystemDb, receipts: readonly { signed: Signed; receipt: Receipt }[]): Promise<void> {
  await db.statement('select keep_receipts($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])', [
    receipts.map(({ receipt }) => receipt.directive),
    receipts.map(({ receipt }) => receipt.subscriber),
    receipts.map(({ receipt }) => receipt.digest),
    receipts.map(({ signed }) => signed.payload),
    receipts.map(({ signed }) => signed.keyId),
    receipts.map(({ signed }) => signed.signature),
    receipts.map(({ receipt }) => receipt.outcome),
  ]);
}

/** The receipts of each directive, by its id. */
export async function readReceipts(tx: PlatformTx, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Receipt[]>> {
  const rows = await tx.query<{ directive_id: string; payload: string }>(
    'select directive_id, payload from directive_receipt where directive_id = any($1::uuid[]) order by subscriber',
    [ids],
  );
  return Map.groupBy(
    rows.map(({ payload }) => JSON.parse(payload) as Receipt),
    ({ directive }) => directive,
  );
}
