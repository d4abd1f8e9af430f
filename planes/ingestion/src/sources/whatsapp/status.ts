import { flag, id, isMembers, members, text } from '../members.ts';
import { utcTimeOfSeconds } from '../times.ts';
import type { BusinessNumber, Surroundings } from './message.ts';
import { type Person, person } from './people.ts';
import { type ReportedError, reportedErrors } from './reported-errors.ts';

/**
 * The data of `whatsapp.message.status`: how far a message came that the business sent. Statuses come in any order and more than once; `read`
 * may come without `delivered`.
 */
export interface StatusData extends BusinessNumber {
  /** The id (wamid) that sending the message answered with. */
  readonly message: string;
  /** `sent`, `delivered`, `read`, `played`, `failed`, `deleted`, or a word that WhatsApp adds. */
  readonly status: string;
  readonly at: string | null;
  /** In a group, the participant; `group` is null otherwise. */
  readonly recipient: Person & { readonly group: string | null };
  /** What the sender of the message gave as `biz_opaque_callback_data`. */
  readonly callbackData: string | null;
  readonly conversation: { readonly id: string | null; readonly origin: string | null; readonly expiresAt: string | null } | null;
  readonly pricing: {
    readonly billable: boolean | null;
    readonly model: string | null;
    readonly category: string | null;
    readonly type: string | null;
  } | null;
  readonly errors: readonly ReportedError[];
}

/** Null for an item that names no message or no status. */
export function statusEvent(item: unknown, { number, errors }: Surroundings): { type: string; subject: string; data: StatusData } | null {
  if (!isMembers(item)) return null;
  const message = id(item.id);
  const { status } = item;
  if (message === null || typeof status !== 'string' || !/^[a-z_]{1,40}$/.test(status)) return null;
  const { conversation, pricing } = item;
  const inGroup = item.recipient_type === 'group';
  const recipient = inGroup
    ? person(item.recipient_participant_id, item.recipient_participant_user_id)
    : person(item.recipient_id, item.recipient_user_id);
  const data: StatusData = {
    message,
    status,
    at: utcTimeOfSeconds(item.timestamp),
    recipient: { ...recipient, group: inGroup ? id(item.recipient_id) : null },
    ...number,
    callbackData: text(item.biz_opaque_callback_data),
    conversation: isMembers(conversation)
      ? {
          id: id(conversation.id),
          origin: text(members(conversation.origin).type),
          expiresAt: utcTimeOfSeconds(conversation.expiration_timestamp),
        }
      : null,
    pricing: isMembers(pricing)
      ? { billable: flag(pricing.billable), model: text(pricing.pricing_model), category: text(pricing.category), type: text(pricing.type) }
      : null,
    errors: [...reportedErrors(item.errors), ...errors],
  };
  return { type: 'whatsapp.message.status', subject: message, data };
}
