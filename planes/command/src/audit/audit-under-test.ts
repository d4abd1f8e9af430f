import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecrets, createSigningKey, sign, verifySignature } from '@etis/agent';
import type { Signed } from '@etis/contracts/snapshot';
import { type Clock, silentLog, systemClock } from '@etis/kernel';
import { type AuditReader, audit, type Domain, openAuditReader, roles, type SystemDb } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase, testContext } from '@etis/testing';
import { auditDomain } from './audit-domain.ts';
import { createShipping } from './checkpoint-shipping.ts';
import { createPersonalVault, type PersonalKey, type PersonalVault } from './personal-fields.ts';
import { createSealing, type Sealing } from './sealing.ts';

export const keyless = 'keyless';
const source = (name: string): Domain => ({ name, migrations: [], roles: { tenant: roles.app, platform: roles.platform } });

/** Two domains with an audit record, the chain over them, and a key. */
export interface AuditStand {
  readonly database: TestDatabase;
  readonly sources: readonly AuditReader[];
  readonly db: SystemDb;
  readonly file: string;
  readonly personal: PersonalVault;
  /** Destroys the key of a tenant. */
  erase(tenant: string): void;
  readonly signer: { sign(purpose: 'checkpoint', value: unknown): Signed };
  isSigned(signed: Signed): boolean;
  /** As the superuser, whom no trigger holds back. */
  tamper(statement: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  act(domain: 'garden' | 'orchard', tenant: string, action: string): Promise<void>;
  sealing(options?: { db?: SystemDb; leaseMs?: number; keepMs?: number; clock?: Clock }): Sealing;
  /** Seals until so many entries stand, and ships the checkpoints. */
  sealUntil(entries: number): Promise<void>;
  /** Empties everything. */
  clear(): Promise<void>;
  drop(): Promise<void>;
}

export async function auditStand(): Promise<AuditStand> {
  const domains = [source('garden'), source('orchard')];
  const database = await createTestDatabase({ domains: [...domains, auditDomain] });
  const folder = await mkdtemp(join(tmpdir(), 'etis-audit-'));
  const sources = [...domains, auditDomain].map((domain) => openAuditReader({ domain, access: database.access, log: silentLog }));
  const key = createSigningKey();
  const db = database.db('audit');
  const admin = database.admin('audit');
  await admin('set session_replication_role = replica');
  const file = join(folder, 'checkpoints.jsonl');
  const vault = createSecrets({ masterKey: randomBytes(32) });
  const erasedTenants = new Set<string>();
  /** Tenants have a key as soon as something of them is sealed; one of them never has. */
  const keyOf = async (tenant: string): Promise<PersonalKey> => {
    if (vault.has(tenant)) return 'tenant';
    if (erasedTenants.has(tenant)) return 'erased';
    if (tenant === keyless) return 'platform';
    vault.addDataKey(vault.newDataKey(tenant));
    return 'tenant';
  };
  vault.addDataKey(vault.newDataKey(null));
  const personal = createPersonalVault({ secrets: vault, keyOf });
  const signer = { sign: (purpose: 'checkpoint', value: unknown) => sign(key, purpose, value) };

  const sealing: AuditStand['sealing'] = ({ db: other = db, leaseMs = 10_000, keepMs, clock = systemClock } = {}) =>
    createSealing({ sources, db: other, installation: 'test', signer, personal, clock, log: silentLog, leaseMs, keepMs: keepMs ?? null });

  return {
    database,
    sources,
    db,
    file,
    signer,
    personal,
    erase(tenant) {
      erasedTenants.add(tenant);
      for (const key of vault.dataKeys()) if (key.tenant === tenant) vault.destroy(key.id);
    },
    sealing,
    isSigned: (signed) => verifySignature(key.publicKey, 'checkpoint', signed),
    tamper: (statement, values) => admin(statement, values),
    async act(domain, tenant, action) {
      const context = testContext({ tenant, actor: { kind: 'operator', id: 'ada' } });
      await database
        .db(domain)
        .tenant(context, (tx) =>
          audit.record(tx, context, { action, target: '*', reason: `because of ${action}`, detail: { of: action } }),
        );
    },
    async sealUntil(entries) {
      const one = sealing();
      await eventually(async () => {
        await one.round();
        const [row] = await admin<{ count: number }>('select count(*)::int as count from sealed_entry');
        return (row?.count ?? 0) >= entries;
      });
      await one.end();
      await createShipping({ db, path: file, log: silentLog })();
    },
    async clear() {
      await admin(
        `truncate garden.audit_entry, orchard.audit_entry, audit.audit_entry, source_position, chain_head, chain_cut, sealed_entry, checkpoint;
         update sealer_lease set owner = null, leased_until = null`,
      );
      await rm(file, { force: true });
    },
    async drop() {
      await Promise.all(sources.map((reader) => reader.close()));
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}
