import { randomBytes } from 'node:crypto';
import type { SecretBinding, Secrets, WrappedDataKey } from '@etis/contracts/secrets';
import type { TenantId } from '@etis/contracts/tenancy';
import { uuidv7 } from '@etis/kernel';
import { errors } from '../errors.ts';
import { envelopeKeyId, openEnvelope, sealEnvelope } from './envelope.ts';

/** Secrets, and the keys that seal them. Who destroys a tenant's data key destroys all that was sealed for the tenant. */
export interface SecretVault extends Secrets {
  /** A new key, not yet in use: store it, then `addDataKey` it. */
  newDataKey(tenant: TenantId | null): WrappedDataKey;
  /** Puts a stored key into use; a key that is in use already changes nothing. @throws AGENT_MASTER_KEY_WRONG where the master key does not open it. */
  addDataKey(key: WrappedDataKey): void;
  /** Whether there is a key in use that seals for the tenant. */
  has(tenant: TenantId | null): boolean;
  /** Takes a key that was destroyed out of use, for good: what it sealed does not open here any more, and it is not taken into use again. */
  destroy(id: string): void;
  /** Every key in use, as it is stored; what another process with the same master key needs to open the same secrets. */
  dataKeys(): readonly WrappedDataKey[];
}

interface DataKey {
  readonly id: string;
  readonly tenant: TenantId | null;
  readonly wrapped: string;
  readonly bytes: Buffer;
}

const masterKeyId = 'master';

/**
 * AES-256-GCM envelopes under a data key per tenant, each data key sealed by the master key. A secret opens only at the place
 * (tenant, table, column, row) that it was sealed for.
 * @throws AGENT_MASTER_KEY_INVALID, and AGENT_MASTER_KEY_WRONG where the master key does not open a data key: each of them is the check.
 */
export function createSecrets(options: { masterKey: Buffer; dataKeys?: readonly WrappedDataKey[] }): SecretVault {
  if (options.masterKey.length !== 32) throw errors.MASTER_KEY_INVALID('memory');
  const master = { id: masterKeyId, bytes: Buffer.from(options.masterKey) };
  const byId = new Map<string, DataKey>();
  const newest = new Map<TenantId | null, DataKey>();
  const destroyed = new Set<string>();

  function addDataKey({ id, tenant, wrapped }: WrappedDataKey): void {
    if (byId.get(id)?.tenant === tenant || destroyed.has(id)) return;
    const bytes = openEnvelope(master, wrapped, dataKeyPlace(id, tenant));
    if (bytes === null || bytes.length !== 32) throw errors.MASTER_KEY_WRONG();
    const key = { id, tenant, wrapped, bytes };
    byId.set(id, key);
    const current = newest.get(tenant);
    if (current === undefined || current.id < id) newest.set(tenant, key);
  }

  for (const key of options.dataKeys ?? []) addDataKey(key);

  return {
    newDataKey(tenant) {
      const id = uuidv7();
      return { id, tenant, wrapped: sealEnvelope(master, randomBytes(32), dataKeyPlace(id, tenant)) };
    },
    addDataKey,
    has: (tenant) => newest.has(tenant),
    destroy(id) {
      destroyed.add(id);
      const key = byId.get(id);
      if (key === undefined) return;
      byId.delete(id);
      newest.delete(key.tenant);
      for (const other of byId.values()) {
        const current = newest.get(other.tenant);
        if (other.tenant === key.tenant && (current === undefined || current.id < other.id)) newest.set(other.tenant, other);
      }
      key.bytes.fill(0);
    },
    dataKeys: () => [...byId.values()].map(({ id, tenant, wrapped }) => ({ id, tenant, wrapped })),
    seal(plain, binding) {
      const key = newest.get(binding.tenant);
      if (key === undefined) throw errors.DATA_KEY_UNKNOWN(ownerOf(binding.tenant));
      return sealEnvelope(key, Buffer.from(plain), placeOf(binding));
    },
    open(sealed, binding) {
      const key = byId.get(envelopeKeyId(sealed) ?? '');
      if (key === undefined || key.tenant !== binding.tenant) throw errors.SECRET_UNREADABLE(binding.table, binding.column);
      const plain = openEnvelope(key, sealed, placeOf(binding));
      if (plain === null) throw errors.SECRET_UNREADABLE(binding.table, binding.column);
      return plain.toString();
    },
  };
}

function placeOf({ tenant, table, column, row }: SecretBinding): readonly string[] {
  return ['secret', ...tenantParts(tenant), table, column, row];
}

function dataKeyPlace(id: string, tenant: TenantId | null): readonly string[] {
  return ['data-key', ...tenantParts(tenant), id];
}

// The platform's own and a tenant never give the same parts, whatever the tenant's name.
function tenantParts(tenant: TenantId | null): readonly string[] {
  return tenant === null ? ['platform', ''] : ['tenant', tenant];
}

function ownerOf(tenant: TenantId | null): string {
  return tenant === null ? 'the platform' : `the tenant ${tenant}`;
}
