import { flag, id, isMembers, type Members, members, text } from '../members.ts';
import { utcTimeOfSeconds } from '../times.ts';
import { type KindAndContent, kindAndContent } from './message-content.ts';
import { type Contacts, type Person, person, type Sender, senderOf } from './people.ts';
import { type ReportedError, reportedErrors } from './reported-errors.ts';

/** The number of a business that a message or a status belongs to. */
export interface BusinessNumber {
  readonly phoneNumberId: string | null;
  readonly displayPhoneNumber: string | null;
}

/**
 * The data of `whatsapp.message.received`, `.edited`, `.revoked` and `.echoed`. Ids are texts; `at` is RFC 3339 in UTC, null where WhatsApp
 * wrote nonsense.
 */
export interface MessageData extends BusinessNumber, KindAndContent {
  readonly id: string;
  readonly from: Sender;
  readonly at: string | null;
  /** The message that this one answers or forwards. */
  readonly context: Readonly<Record<string, unknown>> | null;
  /** The advertisement or post that the conversation began at. */
  readonly referral: Readonly<Record<string, unknown>> | null;
  /** What WhatsApp could not bring along, its own `value.errors` included. */
  readonly errors: readonly ReportedError[];
}

/** What all messages of one change share. */
export interface Surroundings {
  readonly number: BusinessNumber;
  readonly contacts: Contacts;
  readonly errors: readonly ReportedError[];
}

/** The event that a message is, and the message that it is about. Null for an item that names no message. */
export function messageEvent(item: unknown, around: Surroundings): { type: string; subject: string; data: MessageData } | null {
  if (!isMembers(item)) return null;
  const messageId = id(item.id);
  if (messageId === null) return null;
  const data: MessageData = {
    id: messageId,
    ...kindAndContent(item),
    from: senderOf(item, around.contacts),
    ...around.number,
    at: utcTimeOfSeconds(item.timestamp),
    context: contextOf(item.context),
    referral: referralOf(item.referral),
    errors: [...reportedErrors(item.errors), ...around.errors],
  };
  return { ...aboutOf(data), data };
}

/** A message that a person at the business sent with the phone app, not through this platform. */
export function echoEvent(
  item: unknown,
  around: Surroundings,
): { type: string; subject: string; data: MessageData & { readonly to: Person } } | null {
  const event = messageEvent(item, around);
  if (event === null) return null;
  const { to, to_user_id } = members(item);
  return { type: 'whatsapp.message.echoed', subject: event.subject, data: { ...event.data, to: person(to, to_user_id) } };
}

/**
 * Edits and revocations are events of their own: they change an earlier message, and a product that answers messages must not take them for new
 * ones. Everything else that a user does, reactions included, is a message.
 */
function aboutOf({ id: own, kind, content }: MessageData): { type: string; subject: string } {
  const original = typeof content.messageId === 'string' ? content.messageId : own;
  if (kind === 'edit') return { type: 'whatsapp.message.edited', subject: original };
  if (kind === 'revoke') return { type: 'whatsapp.message.revoked', subject: original };
  return { type: 'whatsapp.message.received', subject: own };
}

function contextOf(value: unknown): Record<string, unknown> | null {
  if (!isMembers(value)) return null;
  const product = value.referred_product;
  return {
    id: id(value.id),
    from: text(value.from),
    forwarded: flag(value.forwarded),
    frequentlyForwarded: flag(value.frequently_forwarded),
    referredProduct: isMembers(product)
      ? { catalogId: id(product.catalog_id), productRetailerId: text(product.product_retailer_id) }
      : null,
  };
}

function referralOf(value: unknown): Record<string, unknown> | null {
  if (!isMembers(value)) return null;
  const url = (member: keyof Members) => text(value[member], 2_000);
  return {
    sourceUrl: url('source_url'),
    sourceId: text(value.source_id),
    sourceType: text(value.source_type),
    headline: text(value.headline),
    body: text(value.body),
    mediaType: text(value.media_type),
    imageUrl: url('image_url'),
    videoUrl: url('video_url'),
    thumbnailUrl: url('thumbnail_url'),
    ctwaClid: text(value.ctwa_clid),
  };
}
