import type { Context } from '@etis/contracts/context';
import { uuidv7 } from '@etis/kernel';
import type { Tx } from './db.ts';

/** What was done, to what. `action` is `<noun>.<verb>` (`tenant.suspend`), `target` names one thing (`tenant/acme`) or `*`. */
export interface AuditEntry {
  readonly action: string;
  readonly target: string;
  readonly reason?: string;
  /** Becomes JSON. No secrets, and personal data only where the record is about it. */
  readonly detail?: object;
}

/**
 * The audit record of each domain: one row in the action's own transaction, so that there is neither an action without its row nor a row without
 * its action. Rows can be added and never changed by any role that logs in at run time.
 */
export const audit = {
  /** Who and for which tenant come from the context. */
  async record(tx: Tx, context: Context, entry: AuditEntry): Promise<void> {
    await tx.query(
      `insert into audit_entry (id, tenant_id, actor_kind, actor_id, action, target, reason, detail, trace)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        uuidv7(),
        context.tenant,
        context.actor.kind,
        context.actor.id,
        entry.action,
        entry.target,
        entry.reason ?? null,
        entry.detail === undefined ? null : JSON.stringify(entry.detail),
        context.trace,
      ],
    );
  },
} as const;
