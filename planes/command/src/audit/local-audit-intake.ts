import { localAuditHash } from '@etis/agent';
import type { LocalAuditContent, LocalAuditRow } from '@etis/contracts/audit';
import type { Log } from '@etis/contracts/log';
import { isUuid } from '@etis/kernel';
import { audit, type SystemDb, type SystemTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import { ownContext } from '../own-context.ts';
import { genesis } from './entry-content.ts';

export interface LocalAuditIntakeOptions {
  /** The audit domain: what is merged becomes rows of its own record, and is sealed like every other. */
  readonly db: SystemDb;
  /** Whether a subscriber is concerned with a tenant at all. */
  readonly serves: (subscriber: string, tenant: string) => boolean;
  readonly log: Log;
}

/** Merges what nodes recorded while they were cut off. */
export interface LocalAuditIntake {
  /**
   * Takes the next rows of a subscriber's chain, each once, however often they come; resolves to the number of the last. The node vouches for them:
   * the row's actor is the node, its action begins with `local.`, and who acted by its word stands in the detail. Where the rows do not continue what
   * was merged before, that is a row too.
   * @throws COMMAND_SUBSCRIBER_LIED for rows that are not whole, not its own, or of a tenant that it does not serve; nothing of them is taken
   */
  take(subscriber: string, rows: readonly unknown[]): Promise<number>;
}

interface ReadRow extends LocalAuditRow {
  readonly said: LocalAuditContent;
}

const mostRows = 1_000;
const longest = 20_000;

export function createLocalAuditIntake({ db, serves, log }: LocalAuditIntakeOptions): LocalAuditIntake {
  function readRow(subscriber: string, value: unknown): ReadRow {
    const row = wholeRow(value);
    if (row === null || localAuditHash(row.previous, row.content) !== row.hash) lied('a row of its audit is not whole');
    const { said } = row;
    if (said.subscriber !== subscriber) lied('it handed in the audit of another');
    if (said.tenant !== null && !serves(subscriber, said.tenant)) lied('its audit names a tenant that it does not serve');
    return row;
  }

  async function merge(tx: SystemTx, subscriber: string, rows: readonly [ReadRow, ...ReadRow[]]): Promise<void> {
    const [{ said: first, previous }] = rows;
    await tx.query(
      `insert into local_chain (subscriber, chain, number, hash) values ($1, $2, 0, $3) on conflict (subscriber, chain) do nothing`,
      [subscriber, first.chain, genesis],
    );
    const [stood] = await tx.query<{ number: string; hash: string }>(
      'select number, hash from local_chain where subscriber = $1 and chain = $2 for update',
      [subscriber, first.chain],
    );
    const fresh = await insertRows(tx, subscriber, rows);
    const next = rows.find((row) => fresh.has(row.hash));
    if (next === undefined) return;
    // Rows that were merged already, at the beginning, end with the one that is continued.
    const before = next === rows[0] ? { number: first.number - 1, hash: previous } : { number: next.said.number - 1, hash: next.previous };
    if (Number(stood?.number) !== before.number || stood?.hash !== before.hash) {
      await audit.record(tx, ownContext(log), {
        action: 'audit.local-chain-broken',
        target: `subscriber/${subscriber}`,
        detail: { chain: first.chain, merged: stood, continued: before },
      });
      log.error({ subscriber, chain: first.chain }, 'the local audit chain of a node does not continue what was merged of it');
    }
    const last = rows.at(-1) ?? next;
    await tx.query('update local_chain set number = $3, hash = $4 where subscriber = $1 and chain = $2', [
      subscriber,
      first.chain,
      last.said.number,
      last.hash,
    ]);
  }

  return {
    async take(subscriber, values) {
      if (values.length > mostRows) lied(`it handed in more than ${mostRows} rows of its audit at once`);
      const [first, ...others] = values.map((value) => readRow(subscriber, value));
      if (first === undefined) lied('it handed in none of its audit');
      let last = first;
      for (const row of others) {
        const continues = row.previous === last.hash && row.said.number === last.said.number + 1 && row.said.chain === first.said.chain;
        if (!continues) lied('the rows of its audit do not follow one another');
        last = row;
      }
      await db.system((tx) => merge(tx, subscriber, [first, ...others]));
      return last.said.number;
    },
  };
}

/** Each row has the id that its hash gives it, so it is there once. Resolves to the hashes of those that were not. */
async function insertRows(tx: SystemTx, subscriber: string, rows: readonly ReadRow[]): Promise<ReadonlySet<string>> {
  const made = rows.map(({ hash, said }) => {
    const { tenant, actor, action, target, reason, trace, at, chain, number } = said;
    const detail = { by: `${actor.kind}/${actor.id}`, chain, number, hash };
    return { id: idOf(hash), tenant, action: `local.${action}`, target, reason, trace, at, detail };
  });
  const inserted = await tx.query<{ id: string }>(
    `insert into audit_entry (id, at, tenant_id, actor_kind, actor_id, action, target, reason, detail, trace)
     select id, at, tenant, 'system', $2, action, target, reason, detail, trace from jsonb_to_recordset($1::jsonb)
       as r(id uuid, at timestamptz, tenant text, action text, target text, reason text, detail jsonb, trace text)
     on conflict (id) do nothing returning id`,
    [JSON.stringify(made), subscriber],
  );
  const ids = new Set(inserted.map(({ id }) => id));
  return new Set(rows.map(({ hash }) => hash).filter((hash) => ids.has(idOf(hash))));
}

/** The first half of a SHA-256 as a UUID of version 8. */
function idOf(hash: string): string {
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function wholeRow(value: unknown): ReadRow | null {
  if (typeof value !== 'object' || value === null) return null;
  const { hash, previous, content } = value as LocalAuditRow;
  if (![hash, previous].every(isDigest) || !isText(content, longest)) return null;
  const said = parsed(content);
  if (said === null) return null;
  const { chain, number, tenant, actor, action, target, reason, trace, at } = said;
  const isWhole =
    isText(chain, 36) &&
    isUuid(chain) &&
    Number.isSafeInteger(number) &&
    number > 0 &&
    (tenant === null || isText(tenant, 40)) &&
    isText(actor?.kind, 40) &&
    isText(actor?.id, 200) &&
    [action, target].every((text) => isText(text, 500)) &&
    (reason === null || isText(reason, 2_000)) &&
    isText(trace, 64) &&
    isText(at, 40) &&
    /^\d{4}-/.test(at) &&
    !Number.isNaN(Date.parse(at));
  return isWhole ? { hash, previous, content, said: { ...said, at: new Date(at).toISOString() } } : null;
}

function parsed(content: string): LocalAuditContent | null {
  try {
    const value = JSON.parse(content) as LocalAuditContent | null;
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** What PostgreSQL can keep: it has no character 0. */
function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max && !value.includes('\0') && value.isWellFormed();
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function lied(what: string): never {
  throw errors.SUBSCRIBER_LIED(what);
}
