import type { HandlerContext } from '@etis/runtime/sdk';
import { advance, type Progress, provenDespiteJob, type Signal } from './progress.ts';
import { takeStrays } from './stray-statuses.ts';

/** What is handed to a channel, by the job that does it. `number` is the phone_number_id on WhatsApp, null by e-mail. */
export interface NewSend {
  readonly job: string;
  readonly notification: string | null;
  readonly channel: 'email' | 'whatsapp';
  readonly number: string | null;
}

/** A send is known by its job, on WhatsApp also by WhatsApp's own id of the message. */
export type SendKey = { readonly job: string } | { readonly messageId: string };

/** Begins to follow sends; called in the transaction that asks for their jobs, so that no news can come before. */
export async function recordSends(sends: readonly NewSend[], { tenant, tx, clock }: HandlerContext): Promise<void> {
  if (sends.length === 0) return;
  await tx.query(
    `insert into send (tenant_id, job_id, notification_id, channel, number, requested_at)
     select $1, job_id, notification_id, channel, number, $2
     from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[]) as new (job_id, notification_id, channel, number)
     on conflict (tenant_id, job_id) do nothing`,
    [
      tenant,
      new Date(clock.now()),
      sends.map((send) => send.job),
      sends.map((send) => send.notification),
      sends.map((send) => send.channel),
      sends.map((send) => send.number),
    ],
  );
}

/**
 * Adds news to a send; resolves to false where none is known by that key. Where the news proves that a message went out although its job ended
 * without success, the send ledger is asked to put that right, once.
 */
export async function signalSend(key: SendKey, signals: readonly Signal[], context: HandlerContext): Promise<boolean> {
  const { tenant, tx, clock } = context;
  const [where, value] = 'job' in key ? ['job_id = $2', key.job] : ['number is not null and message_id = $2', key.messageId];
  const [row] = await tx.query<SendRow>(
    `select ${sendColumns} from send where tenant_id = $1 and ${where} order by job_id limit 1 for update`,
    [tenant, value],
  );
  if (row === undefined) return false;
  const known = signals.reduce(advance, progressOf(row));
  const named = row.number !== null && row.message_id === null ? known.messageId : null;
  const strays = named === null ? [] : await takeStrays(named, context);
  const progress = strays.reduce(advance, known);
  const proven = row.number !== null && row.reconciled_at === null ? provenDespiteJob(progress) : null;
  const { messageId, accepted, sent, delivered, read, failed, dead } = progress;
  await tx.query(
    `update send set message_id = $3, accepted_at = $4, sent_at = $5, delivered_at = $6, read_at = $7, failed_at = $8, failure = $9, dead_at = $10,
       dead_reason = $11, reconciled_at = coalesce(reconciled_at, $12)
     where tenant_id = $1 and job_id = $2`,
    [
      tenant,
      row.job_id,
      messageId,
      accepted,
      sent,
      delivered,
      read,
      failed?.at ?? null,
      failed?.reason ?? null,
      dead?.at ?? null,
      dead?.reason ?? null,
      proven === null ? null : new Date(clock.now()),
    ],
  );
  if (proven !== null) context.enqueue('whatsapp-reconcile', { job: row.job_id, ...proven });
  return true;
}

/** A send as its table holds it; null members where a row was joined and there is none. */
export interface SendRow {
  job_id: string;
  number: string | null;
  message_id: string | null;
  accepted_at: Date | null;
  sent_at: Date | null;
  delivered_at: Date | null;
  read_at: Date | null;
  failed_at: Date | null;
  failure: string | null;
  dead_at: Date | null;
  dead_reason: string | null;
  reconciled_at: Date | null;
}

const sendColumns =
  'job_id, number, message_id, accepted_at, sent_at, delivered_at, read_at, failed_at, failure, dead_at, dead_reason, reconciled_at';

/** What of a send is shown with what it sends, to be selected from `send`. */
export const progressColumns =
  'send.message_id, send.accepted_at, send.sent_at, send.delivered_at, send.read_at, send.failed_at, send.failure, send.dead_at, send.dead_reason';

export function progressOf(row: Omit<SendRow, 'job_id' | 'number' | 'reconciled_at'>): Progress {
  return {
    messageId: row.message_id,
    accepted: isoOf(row.accepted_at),
    sent: isoOf(row.sent_at),
    delivered: isoOf(row.delivered_at),
    read: isoOf(row.read_at),
    failed: row.failed_at === null ? null : { at: row.failed_at.toISOString(), reason: row.failure ?? '' },
    dead: row.dead_at === null ? null : { at: row.dead_at.toISOString(), reason: row.dead_reason ?? '' },
  };
}

function isoOf(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
