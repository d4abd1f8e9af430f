import type { OperationContext, Static } from '@etis/runtime/sdk';
import { type Page, type pageInput, pageOf } from '../page.ts';
import { type Course, courseOf } from '../sends/course.ts';
import { progressColumns, type SendRow } from '../sends/sends.ts';

/** A notification as people see it. */
export interface Notification extends Course {
  readonly id: string;
  readonly rule: string;
  readonly event: string;
  readonly channel: 'email' | 'whatsapp';
  readonly recipient: string;
  /** The number that it is sent from; null by e-mail. */
  readonly number: string | null;
  /** Null on WhatsApp. */
  readonly subject: string | null;
  /** Empty where it was refused or sent by a template. */
  readonly body: string;
  /** The template that it was sent by: name, language, and the values of its parameters. */
  readonly template: { readonly name: string; readonly parameters: readonly string[] } | null;
}

interface NotificationRow extends Omit<SendRow, 'job_id' | 'number' | 'reconciled_at'> {
  id: string;
  position: string;
  rule_id: string;
  event_id: string;
  channel: 'email' | 'whatsapp';
  recipient: string;
  number: string | null;
  subject: string | null;
  body: string;
  template: string | null;
  parameters: string[] | null;
  reason: string | null;
  requested_at: Date;
}

/** The tenant's notifications, newest first. @throws NUDGE_CURSOR_MALFORMED */
export async function listNotifications(input: Static<typeof pageInput>, { tenant, tx }: OperationContext): Promise<Page<Notification>> {
  const read = ({ before, limit }: { before: string | null; limit: number }) =>
    tx.query<NotificationRow>(
      `select notification.id, position, rule_id, event_id, notification.channel, recipient, notification.number, subject, body, template,
         parameters, reason, notification.requested_at, ${progressColumns}
       from notification
       left join send on send.tenant_id = notification.tenant_id and send.notification_id = notification.id
       where notification.tenant_id = $1 and ($2::bigint is null or position < $2::bigint)
       order by position desc limit $3`,
      [tenant, before, limit],
    );
  return pageOf(input, read, notificationOf);
}

function notificationOf(row: NotificationRow): Notification {
  const { id, channel, recipient, number, subject, body } = row;
  const template = row.template === null ? null : { name: row.template, parameters: row.parameters ?? [] };
  const course = courseOf(row, { refusal: row.reason, requestedAt: row.requested_at });
  return { id, rule: row.rule_id, event: row.event_id, channel, recipient, number, subject, body, template, ...course };
}
