import type { Clock } from '@etis/kernel';
import { type AuditPosition, type AuditReader, type AuditRow, auditStart, type SystemDb } from '@etis/postgres';
import { readContent } from './entry-content.ts';

/** Takes out of the domains' own rows what they say of persons, some time after it was sealed. */
export interface Forgetting {
  /** One batch of each domain; resolves to whether there may be more. Whoever runs it at once, and however often, nothing but that happens. */
  round(): Promise<boolean>;
}

interface PositionRow {
  readonly domain: string;
  readonly xid: string;
  readonly id: string;
  readonly forgotten_xid: string | null;
  readonly forgotten_row: string | null;
}

const rowsAtATime = 500;

/** `afterMs`: for so long a row keeps what was sealed of it, so that the two can be compared. */
export function createForgetting(options: { sources: readonly AuditReader[]; db: SystemDb; afterMs: number; clock: Clock }): Forgetting {
  const { sources, db, afterMs, clock } = options;

  /** Those of the rows that were sealed with an envelope; one that was sealed in plain text has nothing to hide. */
  async function enveloped(domain: string, rows: readonly AuditRow[]): Promise<readonly string[]> {
    const entries = await db.statement<{ row_id: string; content: string }>(
      'select row_id, content from sealed_entry where domain = $1 and row_id = any($2::uuid[])',
      [domain, rows.map(({ id }) => id)],
    );
    return entries.filter(({ content }) => typeof readContent(content)?.personal === 'string').map(({ row_id }) => row_id);
  }

  async function forgetSome(source: AuditReader, { from, until }: { from: AuditPosition; until: AuditPosition }): Promise<boolean> {
    const { domain } = source;
    const rows = await source.between(from, until, rowsAtATime);
    const young = rows.findIndex(({ at }) => Date.parse(at) > clock.now() - afterMs);
    const old = young === -1 ? rows : rows.slice(0, young);
    const last = old.at(-1);
    if (last === undefined) return false;
    await source.forget(await enveloped(domain, old));
    await db.statement(
      `update source_position set forgotten_xid = $2::xid8, forgotten_row = $3
       where domain = $1 and (forgotten_xid is null or (forgotten_xid, forgotten_row) < ($2::xid8, $3::uuid))`,
      [domain, last.xid, last.id],
    );
    return old.length === rowsAtATime;
  }

  return {
    async round() {
      const positions = await db.statement<PositionRow>(
        `select domain, xid::text as xid, row_id as id, forgotten_xid::text as forgotten_xid, forgotten_row from source_position
         where forgotten_xid is null or (forgotten_xid, forgotten_row) < (xid, row_id)`,
      );
      let more = false;
      for (const { domain, xid, id, forgotten_xid, forgotten_row } of positions) {
        const source = sources.find((one) => one.domain === domain);
        if (source === undefined) continue;
        const from = forgotten_xid === null || forgotten_row === null ? auditStart : { xid: forgotten_xid, id: forgotten_row };
        more = (await forgetSome(source, { from, until: { xid, id } })) || more;
      }
      return more;
    },
  };
}
