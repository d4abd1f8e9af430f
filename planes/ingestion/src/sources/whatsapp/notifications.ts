/** WhatsApp notifications for tests, composed here: ids and people are invented. */

export const account = '900000000000001';
export const phoneNumberId = '800000000000001';
export const ada = { phone: '491700000001', userId: 'DE.70000000000000000001', parentUserId: 'DE.ENT.70000000000000000009' };

export interface Notification {
  object: unknown;
  entry: unknown;
}

/** One change of one account, without a time, as messages come. */
export function notification(field: unknown, value: unknown, entry: Record<string, unknown> = {}): Notification {
  return { object: 'whatsapp_business_account', entry: [{ id: account, changes: [{ field, value }], ...entry }] };
}

/** The value of a change to messages at one business number. */
export function value(rest: Record<string, unknown>): Record<string, unknown> {
  return {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '4930000001', phone_number_id: phoneNumberId },
    contacts: [
      { profile: { name: 'Ada Example', username: 'ada' }, wa_id: ada.phone, user_id: ada.userId, parent_user_id: ada.parentUserId },
    ],
    ...rest,
  };
}

/** A message from Ada; `rest` brings its kind. */
export function message(rest: Record<string, unknown> = {}): Record<string, unknown> {
  return { from: ada.phone, id: 'wamid.one', timestamp: '1772359200', type: 'text', text: { body: 'Is the door delivered?' }, ...rest };
}

/** How far a message came that the business sent to Ada. */
export function status(rest: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'wamid.sent',
    status: 'delivered',
    timestamp: '1772359260',
    recipient_id: ada.phone,
    recipient_user_id: ada.userId,
    biz_opaque_callback_data: '0199f000-0000-7000-8000-000000000001',
    ...rest,
  };
}

export function incoming(...messages: readonly unknown[]): Notification {
  return notification('messages', value({ messages }));
}

export function statuses(...items: readonly unknown[]): Notification {
  return notification('messages', value({ statuses: items }));
}
