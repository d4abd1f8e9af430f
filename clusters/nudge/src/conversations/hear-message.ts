import { EtisError, type HandlerContext, type PlatformEvent } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { asBody } from '../plain-text.ts';
import { answersQuestion } from '../questions/questions.ts';
import { recordSends } from '../sends/sends.ts';
import { maxWhatsappText, messagePayload, readPayload } from '../sends/whatsapp-payload.ts';
import type { Templates } from '../templates.ts';
import { contactsOf, isOpen, isUsersWord, refreshWindow } from './contact-windows.ts';
import { dailyReplyLimit } from './daily-reply-limit.ts';
import { type IncomingMessage, incomingMessage } from './incoming-message.ts';
import { firstMatch } from './reply-match.ts';
import { replyRules } from './reply-rules.ts';

const dayMs = 24 * 3_600_000;

/** Kinds that a person typed or pressed; nothing else is answered. */
const answeredKinds = new Set(['text', 'button', 'interactive']);

/**
 * Hears a WhatsApp message: keeps it, opens the sender's window, marks it as read, and answers it by the first reply rule that matches. The same
 * message has an effect once, however many events bring it.
 */
export async function hearMessage(templates: Templates, event: PlatformEvent, context: HandlerContext): Promise<void> {
  const message = incomingMessage(event, context.clock.now());
  if (message === undefined) {
    context.log.warn({ event: event.id }, 'a WhatsApp message that names no number or no sender but the number itself; passed over');
    return;
  }
  if (!(await keepIncoming(message, event, context)) || !isUsersWord(message.kind)) return;
  await refreshWindow(message, context);
  context.enqueue('whatsapp', readPayload(message.number, message.messageId));
  if (!answeredKinds.has(message.kind) || (await answersQuestion(message, context))) return;
  await answer(templates, { message, event }, context);
}

async function keepIncoming(message: IncomingMessage, event: PlatformEvent, { tenant, tx }: HandlerContext): Promise<boolean> {
  const kept = await tx.query(
    `insert into message (tenant_id, direction, number, user_key, kind, text, message_id, reply_to, event_id, at)
     values ($1, 'in', $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, number, message_id) where direction = 'in' do nothing
     returning id`,
    [tenant, message.number, message.from.key, message.kind, message.text, message.messageId, message.replyTo, event.id, message.at],
  );
  return kept.length > 0;
}

async function answer(
  templates: Templates,
  { message, event }: { message: IncomingMessage; event: PlatformEvent },
  context: HandlerContext,
): Promise<void> {
  const { tenant, tx } = context;
  const rule = firstMatch(await replyRules(context), message);
  if (rule === undefined) return;
  const limit = context.configuration.parameter(dailyReplyLimit);
  if ((await repliesToday(message, limit, context)) >= limit) {
    await tx.query("update message set reason = $4 where tenant_id = $1 and number = $2 and message_id = $3 and direction = 'in'", [
      tenant,
      message.number,
      message.messageId,
      limit === 0
        ? 'It was not answered: replies are turned off.'
        : `It was not answered: ${limit} replies went to this user within 24 hours.`,
    ]);
    return;
  }
  const { number, from, messageId } = message;
  const contact = (await contactsOf(number, [from.key], context)).get(from.key);
  const lastInboundAt = contact?.lastInboundAt ?? message.at;
  const { text, reason } = isOpen(lastInboundAt, context.clock.now())
    ? replyOf(templates, rule.text, event)
    : { text: '', reason: 'It was heard more than 24 hours after it was written, when WhatsApp takes only templates.' };
  const to = { ...(from.phone === null ? {} : { phone: from.phone }), ...(from.userId === null ? {} : { userId: from.userId }) };
  const payload = messagePayload({ number, to, content: { text }, replyTo: messageId, lastInboundAt });
  const job = reason === null ? context.enqueue('whatsapp', payload, { report: true }) : null;
  await tx.query(
    `insert into message (tenant_id, direction, number, user_key, kind, text, reply_to, rule_id, job_id, event_id, reason, at)
     values ($1, 'out', $2, $3, 'text', $4, $5, $6, $7, $8, $9, $10)`,
    [tenant, number, from.key, text, messageId, rule.id, job, event.id, reason, new Date(context.clock.now())],
  );
  if (job !== null) await recordSends([{ job, notification: null, channel: 'whatsapp', number }], context);
}

/** Counts no further than `limit`. */
async function repliesToday({ number, from }: IncomingMessage, limit: number, { tenant, tx, clock }: HandlerContext): Promise<number> {
  const [row] = await tx.query<{ replies: number }>(
    `select count(*)::int as replies from (
       select from message
       where tenant_id = $1 and number = $2 and user_key = $3 and direction = 'out' and rule_id is not null and job_id is not null and at > $4
       limit $5
     ) as answered`,
    [tenant, number, from.key, new Date(clock.now() - dayMs), limit],
  );
  return row?.replies ?? 0;
}

/** The words of a reply, or why there are none. What the user wrote is only ever a value in the template, never part of it. */
function replyOf(templates: Templates, template: string, event: PlatformEvent): { text: string; reason: string | null } {
  try {
    const text = asBody(templates.render('text', template, event), maxWhatsappText).trim();
    return text === '' ? { text, reason: 'The text of the reply rule came out empty.' } : { text, reason: null };
  } catch (error) {
    if (!(error instanceof EtisError && error.code === errors.TEMPLATE_INVALID.code)) throw error;
    return { text: '', reason: error.message };
  }
}
