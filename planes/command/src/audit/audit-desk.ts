import { isPerson, type SealedEntry } from '@etis/contracts/audit';
import type { AuditDesk } from '@etis/contracts/command';
import type { Actor } from '@etis/contracts/context';
import type { Clock } from '@etis/kernel';
import { type AuditReader, audit, type SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { chainOf, readContent } from './entry-content.ts';
import { createFindings } from './findings.ts';
import type { PersonalVault } from './personal-fields.ts';
import { createVerificationRuns } from './verification-runs.ts';
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
  /** How long somebody waits for a verification before being told how far it has come, in milliseconds; 5,000 by default. */
  readonly answerMs?: number;
}

interface ListedRow {
  readonly number: string;
  readonly previous: string;
  readonly hash: string;
  readonly content: string;
}

/**
 * The sealed record as operators see it; every look leaves a row in the record itself. `list` gives one chain, that of a tenant or with null that of
 * the platform; its cursor is a number. `verify` reads everything, a piece at a time, while sealing goes on; who asks meanwhile joins it.
 */
export function createAuditDesk(options: AuditDeskOptions): AuditDesk {
  const { sources, db, isSigned, personal, file, clock } = options;
  const runs = createVerificationRuns({
    async work(counted, findings) {
      await verifyChains({ db, sources, personal, findings, counted });
      const unsealed = await verifySources({ db, sources, findings, counted });
      await verifyCheckpoints({ db, isSigned, findings }, counted);
      await verifyFile(file, { db, isSigned, findings }, clock.now());
      return unsealed;
    },
    async total() {
      const [row] = await db.statement<{ total: string }>('select coalesce(sum(number), 0) as total from chain_head');
      return Number(row?.total ?? 0);
    },
    findings: createFindings,
    clock,
    answerMs: options.answerMs ?? 5_000,
  });

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
      return await runs.begin();
    },
    verification: (id) => runs.look(id),
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
