import { type AuditVerification, isPerson, type SealedEntry } from '@etis/contracts/audit';
import type { AuditDesk } from '@etis/contracts/command';
import type { Actor } from '@etis/contracts/context';
import type { Clock } from '@etis/kernel';
import { type AuditReader, audit, type SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { chainOf, readContent } from './entry-content.ts';
import { createFindings } from './findings.ts';
import type { PersonalVault } from './personal-fields.ts';
import { verifyChains } from './verify-chains.ts';
import { type CheckpointChecks, verifyCheckpoints, verifyFile } from './verify-checkpoints.ts';
import { verifySources } from './verify-sources.ts';

export interface AuditDeskOptions {
  /** The same that are sealed. */
  readonly sources: readonly AuditReader[];
  /** The audit domain. */
  readonly db: SystemDb;
  readonly isSigned: CheckpointChecks['isSigned'];
  /** Opens what entries say of persons. */
  readonly personal: Pick<PersonalVault, 'open'>;
  /** Where this process's sealer keeps checkpoints. */
  readonly file: string;
  readonly clock: Clock;
}

interface ListedRow {
  readonly number: string;
  readonly previous: string;
  readonly hash: string;
  readonly content: string;
}

/**
 * The sealed record as operators see it; every look leaves a row in the record itself. `list` gives one chain, that of a tenant or with null that of
 * the platform; its cursor is a number. `verify` reads everything, a piece at a time, while sealing goes on; who asks meanwhile gets the same answer.
 */
export function createAuditDesk(options: AuditDeskOptions): AuditDesk {
  const { sources, db, isSigned, personal, file, clock } = options;
  let running: Promise<AuditVerification> | undefined;

  async function verifyAll(): Promise<AuditVerification> {
    const findings = createFindings();
    const { chains, entries } = await verifyChains({ db, sources, personal, findings });
    const unsealed = await verifySources({ db, sources, findings });
    const checkpoints = await verifyCheckpoints({ db, isSigned, findings });
    await verifyFile(file, { db, isSigned, findings }, clock.now());
    return { chains, entries, checkpoints, unsealed, findings: findings.list() };
  }

  return {
    async list(context, { tenant, limit, cursor }) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw errors.LIMIT_MALFORMED();
      if (cursor !== undefined && !/^[1-9]\d{0,15}$/.test(cursor)) throw errors.CURSOR_MALFORMED();
      const chain = chainOf(tenant);
      const rows = await db.system(async (tx) => {
        await audit.record(tx, context, { action: 'audit.list', target: chain });
        return await tx.query<ListedRow>(
          `select number, previous, hash, content from sealed_entry
           where chain = $1 and ($2::bigint is null or number < $2) order by number desc limit $3`,
          [chain, cursor ?? null, limit + 1],
        );
      });
      const items = rows.slice(0, limit).map((row) => listed(chain, row, personal));
      return { items, next: rows.length > limit ? String(items.at(-1)?.number) : null };
    },

    async verify(context) {
      await db.system((tx) => audit.record(tx, context, { action: 'audit.verify', target: '*' }));
      running ??= verifyAll().finally(() => {
        running = undefined;
      });
      return await running;
    },
  };
}

function listed(chain: string, { number, previous, hash, content }: ListedRow, vault: Pick<PersonalVault, 'open'>): SealedEntry {
  const said = readContent(content);
  if (said === null) throw errors.AUDIT_ENTRY_UNREADABLE(chain, number);
  const { domain, row, tenant, action, target, at, sealedAt, personal } = said;
  const whole = { chain, number: Number(number), hash, previous, domain, row, tenant, action, target, at, sealedAt };
  // Sealed before what is personal had an envelope of its own, or with nothing personal in it.
  if (personal === undefined || personal === null) return { ...whole, actor: said.actor, reason: said.reason ?? null, erased: false };
  const fields = vault.open(personal, { domain, row, tenant });
  const id = isPerson(said.actor.kind) ? (fields?.actor ?? 'erased') : said.actor.id;
  return { ...whole, actor: { ...said.actor, id } as Actor, reason: fields?.reason ?? null, erased: fields === null };
}
