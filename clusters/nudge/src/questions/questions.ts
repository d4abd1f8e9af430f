import { type HandlerContext, isUuid, type PlatformEvent } from '@etis/runtime/sdk';
import { contactsOf, isOpen } from '../conversations/contact-windows.ts';
import type { IncomingMessage } from '../conversations/incoming-message.ts';
import { members, textOf } from '../event-members.ts';
import { asBody, asSubject } from '../plain-text.ts';
import { isEmailAddress } from '../rules/email-address.ts';
import { whatsappAddress, whatsappRecipient } from '../rules/whatsapp-recipient.ts';
import { recordSends } from '../sends/sends.ts';
import { maxWhatsappText, messagePayload } from '../sends/whatsapp-payload.ts';

interface Question {
  readonly id: string;
  readonly text: string;
  readonly to: string;
}

/**
 * Asks a person what a workflow wants to know. On WhatsApp the person's next message is the answer; a mail is answered by an operation of the product that
 * asked. What cannot be asked is said at once: `nudge.question.refused` with the reason.
 */
export async function askPerson(event: PlatformEvent, context: HandlerContext): Promise<void> {
  const data = members(event.data);
  const { question: id, channel } = data;
  const text = asBody(textOf(data.text, 10_000) ?? '', maxWhatsappText).trim();
  const to = textOf(data.to, 254);
  if (typeof id !== 'string' || !isUuid(id)) return context.log.warn({ event: event.id }, 'a question without an id; passed over');
  const refuse = (reason: string): void => {
    context.emit({ type: 'nudge.question.refused', subject: id, data: { question: id, reason } });
  };
  if (text === '' || to === null) return refuse('It has no text, or names nobody.');
  if (channel === 'email') {
    if (!isEmailAddress(to)) return refuse(`"${to}" is not an e-mail address that Nudge sends to.`);
    const subject = asSubject(textOf(data.subject, 500) ?? '') || 'A question for you';
    const job = context.enqueue('email', { to, subject, text }, { report: true });
    return recordSends([{ job, notification: null, channel: 'email', number: null }], context);
  }
  const reason = await askOnWhatsapp({ id, text, to }, { number: textOf(data.number, 40), event }, context);
  if (reason !== null) refuse(reason);
}

/** Resolves to why it cannot be asked. */
async function askOnWhatsapp(
  { id, text, to }: Question,
  { number, event }: { number: string | null; event: PlatformEvent },
  context: HandlerContext,
): Promise<string | null> {
  const { tenant, tx, clock } = context;
  const recipient = whatsappRecipient(to);
  if (number === null || recipient === undefined) return 'It names no number, or nobody that WhatsApp knows.';
  const contact = (await contactsOf(number, [recipient], context)).get(recipient);
  if (contact === undefined || !isOpen(contact.lastInboundAt, clock.now())) {
    return 'This user has not written to the number within 24 hours, so WhatsApp takes no free text.';
  }
  const now = new Date(clock.now());
  await tx.query('insert into question (tenant_id, id, number, user_key, asked_at) values ($1, $2, $3, $4, $5) on conflict do nothing', [
    ...[tenant, id, number, contact.key, now],
  ]);
  const payload = messagePayload({ number, to: whatsappAddress(recipient), content: { text }, lastInboundAt: contact.lastInboundAt });
  const job = context.enqueue('whatsapp', payload, { report: true });
  await tx.query(
    `insert into message (tenant_id, direction, event_id, at, number, user_key, kind, text, job_id) values ($1, 'out', $2, $3, $4, $5, 'text', $6, $7)`,
    [tenant, event.id, now, number, contact.key, text, job],
  );
  await recordSends([{ job, notification: null, channel: 'whatsapp', number }], context);
  return null;
}

/** Takes a message as the answer to the question that its sender was asked last. Resolves to whether it was one. */
export async function answersQuestion({ number, from, text, at }: IncomingMessage, context: HandlerContext): Promise<boolean> {
  const { tenant, tx } = context;
  const [question] = await tx.query<{ id: string }>(
    `delete from question where tenant_id = $1 and id = (
       select id from question where tenant_id = $1 and number = $2 and user_key = $3 and asked_at <= $4 order by asked_at desc, id limit 1)
     returning id`,
    [tenant, number, from.key, at],
  );
  if (question === undefined) return false;
  const data = { question: question.id, text: text ?? '', from: from.phone ?? from.key };
  context.emit({ type: 'nudge.question.answered', subject: question.id, data });
  return true;
}
