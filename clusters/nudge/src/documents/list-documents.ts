import type { OperationContext, Static } from '@etis/runtime/sdk';
import { type Page, type pageInput, pageOf } from '../page.ts';
import type { DocumentFindings } from './document-findings.ts';
import type { DocumentAction } from './document-rules.ts';

/** A document that a rule asked for, as people see it. Times are RFC 3339 in UTC. */
export interface Document {
  readonly id: string;
  readonly rule: string;
  readonly event: string;
  readonly name: string;
  /** Where it is fetched; null where the event names no address. */
  readonly url: string | null;
  readonly actions: readonly DocumentAction[];
  readonly state: 'refused' | 'requested' | 'done' | 'failed';
  /** Why it was refused or failed. */
  readonly reason: string | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly findings: DocumentFindings | null;
}

interface DocumentRow {
  id: string;
  position: string;
  rule_id: string;
  event_id: string;
  name: string;
  url: string | null;
  actions: DocumentAction[];
  requested_at: Date;
  done_at: Date | null;
  failed_at: Date | null;
  result: string | null;
  reason: string | null;
}

/** The tenant's documents, newest first. @throws NUDGE_CURSOR_MALFORMED */
export async function listDocuments(input: Static<typeof pageInput>, { tenant, tx }: OperationContext): Promise<Page<Document>> {
  const read = ({ before, limit }: { before: string | null; limit: number }) =>
    tx.query<DocumentRow>(
      `select id, position, rule_id, event_id, name, url, actions, requested_at, done_at, failed_at, result, reason from document
       where tenant_id = $1 and ($2::bigint is null or position < $2::bigint)
       order by position desc limit $3`,
      [tenant, before, limit],
    );
  return pageOf(input, read, documentOf);
}

function documentOf(row: DocumentRow): Document {
  const { id, name, url, actions } = row;
  const state = stateOf(row);
  const ended = state === 'done' ? row.done_at : row.failed_at;
  return {
    id,
    rule: row.rule_id,
    event: row.event_id,
    name,
    url,
    actions,
    state,
    reason: state === 'done' ? null : row.reason,
    requestedAt: row.requested_at.toISOString(),
    endedAt: ended?.toISOString() ?? null,
    findings: row.result === null ? null : (JSON.parse(row.result) as DocumentFindings),
  };
}

function stateOf({ url, done_at, failed_at }: DocumentRow): Document['state'] {
  if (url === null) return 'refused';
  if (done_at !== null) return 'done';
  return failed_at === null ? 'requested' : 'failed';
}
