import { type Members, members, text } from '../members.ts';

/**
 * A WhatsApp user. `userId` is the business-scoped id (BSUID) and the better key: it stays when the phone changes, and users with a username
 * may show no phone. Each is null where WhatsApp did not say it.
 */
export interface Person {
  /** Digits in E.164 without the plus. */
  readonly phone: string | null;
  readonly userId: string | null;
}

/** A user who did something: what `contacts` says of him beside his ids. */
export interface Sender extends Person {
  readonly parentUserId: string | null;
  readonly username: string | null;
  readonly name: string | null;
}

/** Finds what a value's `contacts` says of a user, by either of his ids. */
export type Contacts = (ids: Person) => Members | undefined;

const atMost = 1_000;

export function contactsOf(value: unknown): Contacts {
  const list = Array.isArray(value) ? value.slice(0, atMost).map(members) : [];
  const byId = new Map<string, Members>();
  for (const contact of list) {
    const { phone, userId } = person(contact.wa_id, contact.user_id);
    for (const id of [phone, userId]) if (id !== null && !byId.has(id)) byId.set(id, contact);
  }
  const only = list.length === 1 ? list[0] : undefined;
  return ({ phone, userId }) => {
    // A message that names nobody can only be from the one who is named beside it.
    if (phone === null && userId === null) return only;
    return byId.get(userId ?? '') ?? byId.get(phone ?? '');
  };
}

/** A user by his ids. Where a phone is missing, some senders write the BSUID in its place. */
export function person(phone: unknown, userId: unknown): Person {
  return { phone: phoneDigits(phone), userId: businessScopedId(userId) ?? businessScopedId(phone) };
}

/** Who sent an item: his ids there, completed by what `contacts` says. */
export function senderOf(item: Members, contacts: Contacts): Sender {
  const said = person(item.from, item.from_user_id);
  const contact = contacts(said) ?? {};
  const known = person(contact.wa_id, contact.user_id);
  const profile = members(contact.profile);
  return {
    phone: said.phone ?? known.phone,
    userId: said.userId ?? known.userId,
    parentUserId: businessScopedId(item.from_parent_user_id) ?? businessScopedId(contact.parent_user_id),
    username: text(profile.username, 100),
    name: text(profile.name, 300),
  };
}

function phoneDigits(value: unknown): string | null {
  const written = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof written === 'string' ? (/^\+?(\d{5,20})$/.exec(written)?.[1] ?? null) : null;
}

/** `US.13491208655302741918`, `US.ENT.11815799212886844830`. */
function businessScopedId(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Z]{2}\.[A-Za-z0-9.]{1,132}$/.test(value) ? value : null;
}
