const phone = /^[1-9][0-9]{6,14}$/;
const userId = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

/** How WhatsApp is told whom to write to. */
export type WhatsappAddress = { readonly phone: string } | { readonly userId: string };

/**
 * A recipient in the form that is kept: the digits of a phone number in E.164, however it was spaced, or a business-scoped user id such as
 * `US.13491208655302741918`. Undefined where a text is neither.
 */
export function whatsappRecipient(text: string): string | undefined {
  if (userId.test(text)) return text;
  if (text.length > 30 || !/^\+?[0-9 ()./-]+$/.test(text)) return undefined;
  const digits = text.replace(/[^0-9]/g, '');
  return phone.test(digits) ? digits : undefined;
}

/** The address of a recipient in the form that is kept. */
export function whatsappAddress(recipient: string): WhatsappAddress {
  return recipient.includes('.') ? { userId: recipient } : { phone: recipient };
}
