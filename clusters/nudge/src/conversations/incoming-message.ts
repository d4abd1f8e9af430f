import type { PlatformEvent } from '@etis/runtime/sdk';
import { type Members, members, textOf, timeOf } from '../event-members.ts';
import { asBody } from '../plain-text.ts';
import { maxWhatsappText } from '../sends/whatsapp-payload.ts';

/** A message that a WhatsApp user sent, as far as Nudge looks into it. The event keeps the rest. */
export interface IncomingMessage {
  readonly messageId: string;
  readonly number: string;
  readonly kind: string;
  readonly from: Sender;
  /** RFC 3339 in UTC with milliseconds, never later than it was heard. */
  readonly at: string;
  /** What the user wrote or chose; null where the message has no words. */
  readonly text: string | null;
  /** What the tenant named the button or the row that the user chose. */
  readonly button: string | null;
  /** The message that it answers. */
  readonly replyTo: string | null;
}

/** Whom a message is from. `key` is the business-scoped user id, otherwise the phone number: phones change, and some users show none. */
interface Sender {
  readonly key: string;
  readonly userId: string | null;
  readonly phone: string | null;
  readonly name: string | null;
}

/** Reads the event; undefined where it names no message, number or sender, or where the number itself is the sender. */
export function incomingMessage({ data, time }: PlatformEvent, now: number): IncomingMessage | undefined {
  const message = members(data);
  const messageId = textOf(message.id, 1_000);
  const number = textOf(message.phoneNumberId, 40);
  const from = senderOf(members(message.from));
  if (messageId === null || number === null || from === undefined) return undefined;
  if (from.phone !== null && from.phone === digitsOf(message.displayPhoneNumber)) return undefined;
  const kind = textOf(message.kind, 40) ?? 'unknown';
  const said = timeOf(message.at, time);
  const latest = new Date(now).toISOString();
  return {
    messageId,
    number,
    kind,
    from,
    at: said < latest ? said : latest,
    replyTo: textOf(members(message.context).id, 1_000),
    ...wordsOf(kind, members(message.content)),
  };
}

function senderOf(from: Members): Sender | undefined {
  const userId = textOf(from.userId, 140);
  const phone = textOf(from.phone, 40);
  const key = userId ?? phone;
  return key === null ? undefined : { key, userId, phone, name: textOf(from.name, 500) };
}

function digitsOf(value: unknown): string | null {
  return textOf(value, 40)?.replace(/[^0-9]/g, '') ?? null;
}

/** The words of a message by its kind, and the button that was chosen. */
function wordsOf(kind: string, content: Members): Pick<IncomingMessage, 'text' | 'button'> {
  switch (kind) {
    case 'text':
      return { text: words(content.body), button: null };
    case 'button':
      return { text: words(content.text), button: textOf(content.payload, 1_000) };
    case 'interactive': {
      const chosen = [content.buttonReply, content.listReply].map(members).find((reply) => textOf(reply.id, 1_000) !== null) ?? {};
      return { text: words(chosen.title) ?? words(members(content.nfmReply).body), button: textOf(chosen.id, 1_000) };
    }
    case 'reaction':
      return { text: words(content.emoji), button: null };
    default:
      return { text: named.map((name) => words(content[name])).find((text) => text !== null) ?? null, button: null };
  }
}

/** The members that hold words in the kinds that are not about words, the most telling first. */
const named = ['caption', 'filename', 'name', 'text', 'body'] as const;

function words(value: unknown): string | null {
  return typeof value === 'string' ? asBody(value, maxWhatsappText) || null : null;
}
