import { jsonExtract } from '../json-copy.ts';
import { id, idOrNumber, isMembers, type Members, members, text } from '../members.ts';
import { utcTimeOfSeconds } from '../times.ts';
import type { Surroundings } from './message.ts';
import { person } from './people.ts';

/** An event that is no message: its name, what it is about, and what it says. */
export interface AccountEvent {
  readonly type: string;
  readonly subject: string | null;
  readonly time: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One change that is not about messages, in the WhatsApp Business account `account`. */
export interface AccountChange {
  readonly field: string;
  readonly value: unknown;
  readonly account: string | null;
  readonly time: string | null;
}

/** The fields whose value says all, by our names. Any other is `whatsapp.notification.received`. */
const accountTypes = new Map([
  ['account_update', 'whatsapp.account.updated'],
  ['account_alerts', 'whatsapp.account.alerted'],
  ['account_review_update', 'whatsapp.account.reviewed'],
  ['business_capability_update', 'whatsapp.account.capability'],
  ['phone_number_quality_update', 'whatsapp.phone-number.quality'],
  ['phone_number_name_update', 'whatsapp.phone-number.name'],
  ['security', 'whatsapp.phone-number.security'],
  ['user_id_update', 'whatsapp.user.id'],
]);

const templateTypes = new Map([
  ['message_template_status_update', 'whatsapp.template.status'],
  ['message_template_quality_update', 'whatsapp.template.quality'],
  ['message_template_components_update', 'whatsapp.template.components'],
  ['template_category_update', 'whatsapp.template.category'],
]);

/** Never throws: a value of another shape than expected is told as far as it goes. */
export function accountEvent({ field, value, account, time }: AccountChange): AccountEvent {
  const templateType = templateTypes.get(field);
  if (templateType !== undefined && isMembers(value)) return { type: templateType, time, ...templateEvent(value, account) };
  const type = accountTypes.get(field);
  const said = jsonExtract(value, { names: 'camelCase' });
  if (type !== undefined && isMembers(said)) return { type, subject: account, time, data: { ...said, account, at: time } };
  return {
    type: 'whatsapp.notification.received',
    subject: account,
    time,
    data: { account, at: time, field: text(field, 100), value: said },
  };
}

/** What a template is called is the same in all its events; the rest is the event's own. */
function templateEvent(value: Members, account: string | null): Pick<AccountEvent, 'subject' | 'data'> {
  const {
    message_template_id,
    message_template_name: name,
    message_template_language: language,
    message_template_category,
    event,
    ...rest
  } = value;
  const template = idOrNumber(message_template_id);
  const category = text(message_template_category ?? value.new_category);
  const status = event === undefined ? {} : { status: text(event) };
  const own = members(jsonExtract(rest, { names: 'camelCase', textLength: 5_000 }));
  return { subject: template, data: { ...own, account, template, name: text(name), language: text(language), category, ...status } };
}

/** One of a user's marketing preferences: `stop`, `resume` or `signup`. Null for an item that says none. */
export function preferenceEvent(item: unknown, { number, contacts }: Surroundings): AccountEvent | null {
  if (!isMembers(item) || typeof item.value !== 'string') return null;
  const said = person(item.wa_id, item.user_id);
  const contact = contacts(said) ?? {};
  const known = person(contact.wa_id, contact.user_id);
  const user = { phone: said.phone ?? known.phone, userId: said.userId ?? known.userId };
  const at = utcTimeOfSeconds(item.timestamp);
  return {
    type: 'whatsapp.user.preference',
    subject: user.userId ?? user.phone,
    time: at,
    data: {
      user,
      category: text(item.category),
      value: text(item.value),
      detail: text(item.detail),
      signupId: id(item.signup_id),
      ...number,
      at,
    },
  };
}
