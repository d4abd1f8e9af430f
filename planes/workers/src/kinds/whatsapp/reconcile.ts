import { traceIdOf } from '@etis/kernel';
import { Type } from 'typebox';
import { defineJobKind } from '../../runtime/job-kind.ts';

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/**
 * Puts the ledger right: a send whose outcome was not known, and of which WhatsApp has since told a status, was sent. Any status proves that,
 * also `failed`, which is about the delivery. Safe to repeat.
 */
export const jobKind = defineJobKind({
  kind: 'whatsapp-reconcile',
  schema: Type.Object(
    {
      job: Type.String({ pattern: uuid }),
      messageId: Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000]+$' }),
      status: Type.String({ pattern: '^[a-z]{1,20}$' }),
    },
    { additionalProperties: false },
  ),
  timeLimitMs: 30_000,
  async run({ job: sent, messageId, status }, { job, db, log }): Promise<{ reconciled: boolean }> {
    const context = {
      actor: { kind: 'system', id: `job/${job.kind}` },
      tenant: job.tenant,
      trace: traceIdOf(job.traceparent),
      log,
    } as const;
    const rows = await db.tenant(context, (tx) =>
      tx.query(
        `update send set state = 'sent', message_id = $3, response = $4, ended_at = clock_timestamp()
         where tenant_id = $1 and job_id = $2 and channel = 'whatsapp' and state in ('unknown', 'sending') returning job_id`,
        [job.tenant, sent, messageId, `proved by its status: ${status}`],
      ),
    );
    return { reconciled: rows.length > 0 };
  },
});
