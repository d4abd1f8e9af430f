import type { AuditVerification } from '@etis/contracts/audit';
import { type AuditPosition, type AuditReader, type AuditRow, auditStart, type SystemDb } from '@etis/postgres';
import { chainOf } from './entry-content.ts';
import type { Findings } from './findings.ts';
import type { Counted } from './verification-runs.ts';

const rowsAtATime = 500;

/** Looks for rows that the sealer has passed and that have no entry, and counts those that it has still to come to. */
export async function verifySources(options: {
  db: SystemDb;
  sources: readonly AuditReader[];
  findings: Findings;
  counted: Counted;
}): Promise<AuditVerification['unsealed']> {
  const { db, findings, counted } = options;

  async function unsealedAmong(source: AuditReader, rows: readonly AuditRow[]): Promise<readonly AuditRow[]> {
    const found = await db.statement<{ row_id: string }>('select row_id from sealed_entry where domain = $1 and row_id = any($2::uuid[])', [
      source.domain,
      rows.map((row) => row.id),
    ]);
    const sealed = new Set(found.map((entry) => entry.row_id));
    const without = rows.filter((row) => !sealed.has(row.id));
    if (without.length === 0) return without;
    // What is given up meanwhile loses its row first.
    const there = new Set((await source.find(without.map(({ id }) => id))).map(({ id }) => id));
    return without.filter(({ id }) => there.has(id));
  }

  async function verifySource(source: AuditReader, until: AuditPosition): Promise<void> {
    const { domain } = source;
    for (let at = auditStart; ; ) {
      const rows = await source.between(at, until, rowsAtATime);
      for (const row of await unsealedAmong(source, rows)) {
        const chain = chainOf(row.tenant);
        const kind = findings.lacks(chain) ? 'removed' : 'inserted';
        const detail = `Row ${row.id} of "${domain}" has no entry, though the sealer has passed it: the entry was removed, or the row came later and claims not to.`;
        findings.add({ chain, number: null, kind, detail });
      }
      counted.rows += rows.length;
      const last = rows.at(-1);
      if (last === undefined || rows.length < rowsAtATime) return;
      at = last;
    }
  }

  let rows = 0;
  let oldestMs = 0;
  for (const source of options.sources) {
    const [position = auditStart] = await db.statement<AuditPosition>(
      'select xid::text as xid, row_id as id from source_position where domain = $1',
      [source.domain],
    );
    await verifySource(source, position);
    const unread = await source.unread(position);
    rows += unread.rows;
    oldestMs = Math.max(oldestMs, unread.oldestMs);
  }
  return { rows, oldestMs };
}
