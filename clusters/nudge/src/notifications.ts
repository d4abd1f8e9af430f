import { EtisError, type HandlerContext, type OperationContext, type PlatformEvent, type Static, schema } from '@etis/runtime/sdk';
import { errors } from './errors.ts';
import { asBody, asSubject } from './plain-text.ts';
import { type Rule, rulesFor } from './rules.ts';
import type { Templates } from './templates.ts';

export const notificationsPage = schema.Object(
  { limit: schema.Optional(schema.Integer({ minimum: 1, maximum: 200 })), cursor: schema.Optional(schema.String({ maxLength: 20 })) },
  { additionalProperties: false },
);

/** A notification as people see it. `reason` says why one was refused. `requestedAt` is RFC 3339 in UTC. */
export interface Notification {
  readonly id: string;
  readonly rule: string;
  readonly event: string;
  readonly channel: 'email';
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
  readonly state: 'requested' | 'refused';
  readonly reason: string | null;
  readonly requestedAt: string;
}

/** What one rule makes of one event. */
type Message = { readonly rule: Rule; readonly subject: string; readonly body: string; readonly reason: string | null };

/**
 * Turns an event into one notification per matching rule and recipient, each with its e-mail job and its event. A template that cannot be rendered
 * refuses its own rule's notifications only, where the tenant sees them; another rule's are not held back.
 */
export async function notify(templates: Templates, event: PlatformEvent, context: HandlerContext): Promise<void> {
  const rules = await rulesFor(event, context);
  const messages = rules.map((rule) => messageOf(templates, rule, event));
  const wanted = messages.flatMap((message) => message.rule.recipients.map((recipient) => ({ message, recipient })));
  if (wanted.length === 0) return;
  const inserted = await context.tx.query<{ id: string; rule_id: string; recipient: string }>(
    `insert into notification (tenant_id, rule_id, event_id, channel, recipient, subject, body, state, reason, requested_at)
     select $1, rule_id, $2, 'email', recipient, subject, body, case when reason is null then 'requested' else 'refused' end, reason, $3
     from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as wanted (rule_id, recipient, subject, body, reason)
     on conflict (tenant_id, rule_id, event_id, recipient) do nothing
     returning id, rule_id, recipient`,
    [
      context.tenant,
      event.id,
      new Date(context.clock.now()),
      wanted.map(({ message }) => message.rule.id),
      wanted.map(({ recipient }) => recipient),
      wanted.map(({ message }) => message.subject),
      wanted.map(({ message }) => message.body),
      wanted.map(({ message }) => message.reason),
    ],
  );
  const ids = new Map(inserted.map((row) => [`${row.rule_id} ${row.recipient}`, row.id]));
  for (const { message, recipient } of wanted) {
    const notification = ids.get(`${message.rule.id} ${recipient}`);
    if (notification === undefined || message.reason !== null) continue;
    const { rule, subject } = message;
    context.enqueue('email', { to: recipient, subject, text: message.body, notification });
    const data = { notification, rule: rule.id, event: event.id, channel: 'email', recipient };
    context.emit({ type: 'nudge.notification.requested', subject: notification, data });
  }
  const refused = messages.filter((message) => message.reason !== null).map((message) => message.rule.id);
  if (refused.length > 0) context.log.warn({ rules: refused }, 'templates could not be rendered; their notifications are refused');
}

function messageOf(templates: Templates, rule: Rule, event: PlatformEvent): Message {
  try {
    const subject = asSubject(templates.render('subject', rule.subject, event)) || asSubject(event.type);
    const body = asBody(templates.render('body', rule.body, event));
    return { rule, subject, body, reason: null };
  } catch (error) {
    if (!(error instanceof EtisError && error.code === errors.TEMPLATE_INVALID.code)) throw error;
    return { rule, subject: '', body: '', reason: asSubject(error.message) };
  }
}

/** The tenant's notifications, newest first, 50 to a page unless asked otherwise. @throws NUDGE_CURSOR_MALFORMED */
export async function listNotifications(
  input: Static<typeof notificationsPage>,
  { tenant, tx }: OperationContext,
): Promise<{ items: readonly Notification[]; next: string | null }> {
  const { limit = 50, cursor = null } = input;
  if (cursor !== null && !/^[1-9][0-9]{0,17}$/.test(cursor)) throw errors.CURSOR_MALFORMED();
  const rows = await tx.query<NotificationRow>(
    `select id, position, rule_id, event_id, channel, recipient, subject, body, state, reason, requested_at from notification
     where tenant_id = $1 and ($2::bigint is null or position < $2::bigint)
     order by position desc limit $3`,
    [tenant, cursor, limit + 1],
  );
  const items = rows.slice(0, limit);
  return { items: items.map(notificationOf), next: rows.length > limit ? (items.at(-1)?.position ?? null) : null };
}

interface NotificationRow {
  id: string;
  position: string;
  rule_id: string;
  event_id: string;
  channel: 'email';
  recipient: string;
  subject: string;
  body: string;
  state: 'requested' | 'refused';
  reason: string | null;
  requested_at: Date;
}

function notificationOf(row: NotificationRow): Notification {
  const { id, channel, recipient, subject, body, state, reason } = row;
  const requestedAt = row.requested_at.toISOString();
  return { id, rule: row.rule_id, event: row.event_id, channel, recipient, subject, body, state, reason, requestedAt };
}
