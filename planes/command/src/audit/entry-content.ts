import { hash } from 'node:crypto';
import { canonicalJson } from '@etis/agent';
import { isPerson, type SealedEntry } from '@etis/contracts/audit';
import type { AuditRow } from '@etis/postgres';
import { type PersonalVault, personalOf } from './personal-fields.ts';

/**
 * What the hash of an entry covers: everything that the row says, and its place. What it says of persons is in `personal`, sealed under the key of its
 * tenant (null where there is nothing); the id of a person who acted is empty. Entries that were sealed before that have no such member: they say it in
 * plain text, with `detail` as PostgreSQL writes the JSON.
 */
type EntryContent = Omit<SealedEntry, 'hash' | 'previous' | 'erased'> & {
  readonly trace: string;
  readonly detail?: string | null;
  readonly personal?: string | null;
};

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

/** Canonical JSON, the same whoever writes it and whenever. `personal` is what is personal in the row, sealed. */
export function entryContent(domain: string, row: AuditRow, { personal, ...place }: Place & { readonly personal: string | null }): string {
  const { id, xid: _, forgotten: __, reason: ___, detail: ____, actor, ...said } = row;
  const by = { kind: actor.kind, id: isPerson(actor.kind) ? '' : actor.id };
  return canonicalJson({ ...said, ...place, actor: by, personal, chain: chainOf(row.tenant), domain, row: id });
}

/** The same as it was written before what is personal was sealed. */
function plainContent(domain: string, row: AuditRow, place: Place): string {
  const { id, xid: _, forgotten: __, ...said } = row;
  return canonicalJson({ ...said, ...place, chain: chainOf(row.tenant), domain, row: id });
}

/** Whether an entry says what its row says, as far as the row and the keys still have it. */
export function isOfRow(content: string, domain: string, row: AuditRow, vault: Pick<PersonalVault, 'open'>): boolean {
  const said = readContent(content);
  if (said === null) return false;
  const { number, sealedAt, personal } = said;
  if (personal === undefined) return plainContent(domain, row, { number, sealedAt }) === content;
  if (entryContent(domain, row, { number, sealedAt, personal }) !== content) return false;
  if (row.forgotten) return true;
  const now = personalOf(row);
  if (personal === null || now === null) return personal === now;
  const then = vault.open(personal, { domain, row: row.id, tenant: row.tenant });
  return then === null || (then.actor === now.actor && then.reason === now.reason && then.detail === now.detail);
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
