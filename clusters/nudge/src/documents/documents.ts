import type { HandlerContext, PlatformEvent } from '@etis/runtime/sdk';
import { members, textOf } from '../event-members.ts';
import type { Report } from '../job-report.ts';
import { asSubject } from '../plain-text.ts';
import { documentFindings } from './document-findings.ts';
import { documentAdded, documentRulesFor } from './document-rules.ts';

const noAddress =
  'The event names no web address of the document (contentUrl), so there is nothing to fetch. Connect a source that sends one, or fetch it there.';

/** Asks for what the tenant's document rules want done with a new version: one job per rule. */
export async function requestDocuments(event: PlatformEvent, context: HandlerContext): Promise<void> {
  if (event.type !== documentAdded) return;
  const rules = await documentRulesFor(event, context);
  const data = members(event.data);
  const url = webAddress(data.contentUrl);
  const name = asSubject(textOf(data.name, 2_000) ?? '', 500) || 'document';
  const mimeType = textOf(data.mimeType, 200);
  for (const rule of rules) {
    const { tenant, tx, clock } = context;
    const [row] = await tx.query<{ id: string }>(
      `insert into document (tenant_id, rule_id, event_id, name, url, actions, requested_at, reason) values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (tenant_id, rule_id, event_id) do nothing
       returning id`,
      [tenant, rule.id, event.id, name, url, rule.actions, new Date(clock.now()), url === null ? noAddress : null],
    );
    if (row === undefined || url === null) continue;
    const payload = { source: { url }, name, ...(mimeType === null ? {} : { mimeType }), actions: rule.actions };
    const job = context.enqueue('document', payload, { report: true });
    await tx.query('update document set job_id = $3 where tenant_id = $1 and id = $2', [tenant, row.id, job]);
  }
}

/**
 * Keeps how a document's job ended; resolves to false where no document waits for it. A success counts whatever else is heard, before or after: a
 * dead letter that was redriven may report both.
 */
export async function keepDocumentReport(report: Report, { tenant, tx }: HandlerContext): Promise<boolean> {
  const rows = report.done
    ? await tx.query(
        `update document set done_at = least(done_at, $3), result = coalesce(result, $4) where tenant_id = $1 and job_id = $2 returning id`,
        [tenant, report.job, report.at, JSON.stringify(documentFindings(report.result))],
      )
    : await tx.query(
        `update document set failed_at = greatest(failed_at, $3), reason = case when failed_at > $3 then reason else $4 end
         where tenant_id = $1 and job_id = $2 returning id`,
        [tenant, report.job, report.at, report.reason],
      );
  return rows.length > 0;
}

/** An address that the document job may be asked to fetch; whether it may be reached is decided where it is fetched. */
function webAddress(value: unknown): string | null {
  const text = textOf(value, 4_096);
  if (text === null || !URL.canParse(text)) return null;
  const { protocol } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? text : null;
}
