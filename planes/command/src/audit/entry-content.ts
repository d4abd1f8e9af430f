import { hash } from 'node:crypto';
import { canonicalJson } from '@etis/agent';
import type { SealedEntry } from '@etis/contracts/audit';
import type { AuditRow } from '@etis/postgres';

/** What the hash of an entry covers: everything that the row says, and its place. `detail` is the text that PostgreSQL gives of the JSON. */
type EntryContent = Omit<SealedEntry, 'hash' | 'previous'> & { readonly detail: string | null; readonly trace: string };

/** Its place in a chain, and when it got it. */
export interface Place {
  readonly number: number;
  readonly sealedAt: string;
}

/** Before the first entry of every chain. */
export const genesis = '0'.repeat(64);

const platformChain = 'platform';

export function chainOf(tenant: string | null): string {
  return tenant === null ? platformChain : `tenant/${tenant}`;
}

/** Canonical JSON, the same whoever writes it and whenever. */
export function entryContent(domain: string, row: AuditRow, place: Place): string {
  const { id, xid: _, ...said } = row;
  return canonicalJson({ ...said, ...place, chain: chainOf(row.tenant), domain, row: id });
}

export function entryHash(previous: string, content: string): string {
  return hash('sha256', `${previous}\n${content}`, 'hex');
}

/** What a content says; null for a text that is none. */
export function readContent(content: string): EntryContent | null {
  try {
    const value = JSON.parse(content) as EntryContent | null;
    return typeof value === 'object' && value !== null && typeof value.number === 'number' && typeof value.chain === 'string'
      ? value
      : null;
  } catch {
    return null;
  }
}
