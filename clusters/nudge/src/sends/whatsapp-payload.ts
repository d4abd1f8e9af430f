import type { WhatsappTemplate } from '../rules/rule-input.ts';

/** Longest text of a WhatsApp message, in characters. */
export const maxWhatsappText = 4_096;

/** Whom a message goes to: by phone, by business-scoped user id, or by both where both are known. */
export interface WhatsappTo {
  readonly phone?: string;
  readonly userId?: string;
}

/** A message as a rule made it, before it is handed over. */
export type WhatsappContent = { readonly text: string } | { readonly template: WhatsappTemplate };

/**
 * The payload of a job of kind `whatsapp` that sends one message. `message` is as WhatsApp's own API has it: its type, and the member of that
 * name. `lastInboundAt` null says that this user has never
 * written to the number.
 */
export function messagePayload(message: {
  readonly number: string;
  readonly to: WhatsappTo;
  readonly content: WhatsappContent;
  readonly replyTo?: string;
  readonly lastInboundAt: string | null;
}): Record<string, unknown> {
  const { number, to, content, replyTo, lastInboundAt } = message;
  return {
    from: number,
    to,
    message:
      'text' in content ? { type: 'text', text: { body: content.text } } : { type: 'template', template: templateOf(content.template) },
    ...(replyTo === undefined ? {} : { replyTo }),
    lastInboundAt,
  };
}

/** The payload of a job of kind `whatsapp` that tells a user that a message was read. */
export function readPayload(number: string, messageId: string): Record<string, unknown> {
  return { from: number, markRead: messageId };
}

function templateOf({ name, language, parameters }: WhatsappTemplate): Record<string, unknown> {
  const body = { type: 'body', parameters: parameters.map((text) => ({ type: 'text', text })) };
  return { name, language: { code: language }, ...(parameters.length === 0 ? {} : { components: [body] }) };
}
