import { jsonValue } from '../json-body.ts';
import { jsonExtract } from '../json-copy.ts';
import { flag, id, isMembers, type Members, members, number, text } from '../members.ts';

/** WhatsApp takes texts of 4,096 characters; what it may take one day still fits. */
const bodyLength = 10_000;
const urlLength = 2_000;

type ContentOf = (part: Members, message: Members) => Record<string, unknown>;

/** What each kind of message holds, in camelCase; every member of a kind is there, null where the user or WhatsApp left it out. */
const contents: Readonly<Record<string, ContentOf>> = {
  text: (part) => ({ body: text(part.body, bodyLength) }),
  image: (part) => media(part),
  video: (part) => media(part),
  audio: (part) => ({ ...media(part), voice: flag(part.voice) }),
  document: (part) => ({ ...media(part), filename: text(part.filename) }),
  sticker: (part) => ({ ...media(part), animated: flag(part.animated) }),
  location: (part) => ({
    latitude: number(part.latitude),
    longitude: number(part.longitude),
    name: text(part.name),
    address: text(part.address),
    url: text(part.url, urlLength),
  }),
  contacts: (_part, message) => ({ contacts: jsonExtract(listOf(message.contacts), { names: 'camelCase' }) }),
  reaction: (part) => ({ messageId: id(part.message_id), emoji: text(part.emoji, 100) || null }),
  interactive: (part) => ({
    type: text(part.type, 100),
    buttonReply: reply(part.button_reply),
    listReply: reply(part.list_reply),
    nfmReply: flowReply(part.nfm_reply),
  }),
  button: (part) => ({ payload: text(part.payload), text: text(part.text) }),
  order: (part) => ({
    catalogId: id(part.catalog_id),
    text: text(part.text, bodyLength),
    productItems: listOf(part.product_items).map(productItem),
  }),
  system: (part, message) => ({
    type: text(part.type, 100),
    body: text(part.body),
    waId: id(part.wa_id),
    userId: id(part.user_id),
    identity: isMembers(message.identity) ? jsonExtract(message.identity, { values: 20, names: 'camelCase' }) : null,
  }),
  edit: (part) => {
    const edited = members(part.message);
    return { messageId: id(part.original_message_id), ...kindAndContent(edited, { inside: true }) };
  },
  revoke: (part) => ({ messageId: id(part.original_message_id) }),
};

/** What a message is, and what it holds. `unsupported` stands for every kind that there are no words for: `type` then names it. */
export interface KindAndContent {
  readonly kind: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** `inside` is a message in another: an edit never holds an edit. */
export function kindAndContent(message: Members, { inside = false } = {}): KindAndContent {
  const kind = message.type;
  const read = typeof kind === 'string' && Object.hasOwn(contents, kind) ? contents[kind] : undefined;
  if (read === undefined || typeof kind !== 'string' || (inside && (kind === 'edit' || kind === 'revoke'))) return unsupported(message);
  return { kind, content: read(members(message[kind]), message) };
}

function unsupported(message: Members): KindAndContent {
  const said = text(message.type, 100);
  const type = said === 'unsupported' ? text(members(message.unsupported).type, 100) : said;
  const value = said === null || said === 'unsupported' || !Object.hasOwn(message, said) ? null : message[said];
  return { kind: 'unsupported', content: { type, value: jsonExtract(value, { names: 'camelCase' }) } };
}

function media(part: Members): Record<string, unknown> {
  return {
    id: id(part.id),
    mimeType: text(part.mime_type),
    sha256: text(part.sha256),
    caption: text(part.caption, bodyLength),
    url: text(part.url, urlLength),
  };
}

function reply(value: unknown): Record<string, unknown> | null {
  if (!isMembers(value)) return null;
  return { id: text(value.id), title: text(value.title), description: text(value.description) };
}

/** The answers of a form (WhatsApp Flow), which come as JSON inside a text. */
function flowReply(value: unknown): Record<string, unknown> | null {
  if (!isMembers(value)) return null;
  return { name: text(value.name), body: text(value.body), response: jsonExtract(insideText(value.response_json)) };
}

function insideText(value: unknown): unknown {
  if (typeof value !== 'string') return null;
  try {
    return jsonValue(value);
  } catch {
    return value;
  }
}

function productItem(value: unknown): Record<string, unknown> {
  const item = members(value);
  return {
    productRetailerId: text(item.product_retailer_id),
    quantity: number(item.quantity),
    itemPrice: number(item.item_price),
    currency: text(item.currency, 10),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 100) : [];
}
