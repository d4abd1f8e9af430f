import { canonicalJson } from '@etis/agent';
import { isPerson } from '@etis/contracts/audit';
import type { Secrets } from '@etis/contracts/secrets';
import type { TenantId } from '@etis/contracts/tenancy';
import type { AuditRow } from '@etis/postgres';

/** What an action says of persons: who acted where that was one, and everything that is free text or free form. */
export interface PersonalFields {
  readonly actor: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
}

/** In the place of an envelope: the key of the tenant had been destroyed before the action was sealed. */
const erased = 'erased';

/** Whose key seals what is personal of a tenant: its own, the platform's where it never had one, or nobody's any more. */
export type PersonalKey = 'tenant' | 'platform' | 'erased';

export interface PersonalVault {
  /** Finds out whose key seals for each of the tenants, before their rows are sealed. */
  prepare(tenants: ReadonlySet<TenantId>): Promise<ReadonlyMap<TenantId, PersonalKey>>;
  /** An envelope that opens for this row alone; `erased` where nothing may be kept, null where nothing is personal. */
  seal(domain: string, row: AuditRow, keys: ReadonlyMap<TenantId, PersonalKey>): string | null;
  /** Null where it does not open any more, because the key was destroyed. */
  open(envelope: string, place: { readonly domain: string; readonly row: string; readonly tenant: TenantId | null }): PersonalFields | null;
}

export interface PersonalVaultOptions {
  readonly secrets: Secrets;
  /** Puts the tenant's key into use where there is one, and says whose key seals for it. */
  readonly keyOf: (tenant: TenantId) => Promise<PersonalKey>;
}

/** Seals what is personal under the data key of the tenant that it is about: who destroys that key has erased it, and no hash changes. */
export function createPersonalVault({ secrets, keyOf }: PersonalVaultOptions): PersonalVault {
  const bindingOf = (tenant: TenantId | null, domain: string, row: string) => ({
    tenant,
    table: 'sealed_entry',
    column: 'personal',
    row: `${domain}/${row}`,
  });

  function opened(envelope: string, owner: TenantId | null, { domain, row }: { domain: string; row: string }): PersonalFields | null {
    try {
      return JSON.parse(secrets.open(envelope, bindingOf(owner, domain, row))) as PersonalFields;
    } catch {
      // A vault says alike of a key that is gone and of an envelope that was changed; which of them it is, the hash of the entry tells.
      return null;
    }
  }

  return {
    async prepare(tenants) {
      const keys = new Map<TenantId, PersonalKey>();
      for (const tenant of tenants) keys.set(tenant, await keyOf(tenant));
      return keys;
    },
    seal(domain, row, keys) {
      const fields = personalOf(row);
      if (fields === null) return null;
      const key = row.tenant === null ? 'platform' : (keys.get(row.tenant) ?? 'platform');
      if (key === 'erased') return erased;
      return secrets.seal(canonicalJson(fields), bindingOf(key === 'tenant' ? row.tenant : null, domain, row.id));
    },
    open(envelope, place) {
      if (envelope === erased) return null;
      return opened(envelope, place.tenant, place) ?? (place.tenant === null ? null : opened(envelope, null, place));
    },
  };
}

/** Null where there is nothing personal in a row. */
export function personalOf({ actor, reason, detail }: AuditRow): PersonalFields | null {
  const fields: PersonalFields = { actor: isPerson(actor.kind) ? actor.id : null, reason, detail };
  return Object.values(fields).every((field) => field === null) ? null : fields;
}
