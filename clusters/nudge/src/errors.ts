import { errorCatalogue } from '@etis/runtime/sdk';

export const errors = errorCatalogue('NUDGE', {
  RECIPIENT_INVALID: {
    kind: 'invalid',
    message: (recipient: string) =>
      `"${recipient}" is not an e-mail address that Nudge sends to. Write a plain address such as site.office@example.com, without a name or quotes.`,
  },
  WHATSAPP_RECIPIENT_INVALID: {
    kind: 'invalid',
    message: (recipient: string) =>
      `"${recipient}" is not a WhatsApp user. Write a phone number with its country code, such as 491512345678, or a user id such as US.13491208655302741918.`,
  },
  RECIPIENTS_MISSING: {
    kind: 'invalid',
    message: () =>
      'The rule tells nobody. Name at least one e-mail address in "recipients", or a number and whom it writes to in "whatsapp".',
  },
  EVENT_TYPE_INVALID: {
    kind: 'invalid',
    message: (pattern: string, known: string) =>
      `"${pattern}" matches no event that Nudge hears of. Write an event type or a prefix that ends in ".*" under ${known}, or "*" for all of them.`,
  },
  DOCUMENT_TYPE_INVALID: {
    kind: 'invalid',
    message: (pattern: string) =>
      `"${pattern}" matches no event of a document. Write document.version.added, or a prefix of it that ends in ".*".`,
  },
  TEMPLATE_INVALID: {
    kind: 'invalid',
    message: (field: string, reason: string) => `The ${field} is not a template that can be rendered: ${reason}.`,
  },
  RULES_FULL: {
    kind: 'limited',
    message: (rules: number, recipients: number) =>
      `A tenant has at most ${rules} rules with ${recipients} recipients in all. Delete a rule or use a group address.`,
  },
  REPLY_RULES_FULL: {
    kind: 'limited',
    message: (rules: number) => `A tenant has at most ${rules} reply rules. Delete one, or give one of them more keywords.`,
  },
  KEYWORD_INVALID: {
    kind: 'invalid',
    message: () => 'A keyword of the reply rule is blank, so it would match nothing. Remove it, or match "any".',
  },
  DOCUMENT_RULES_FULL: {
    kind: 'limited',
    message: (rules: number) => `A tenant has at most ${rules} document rules. Delete one, or let one of them match more.`,
  },
  CURSOR_MALFORMED: {
    kind: 'invalid',
    message: () => 'The cursor is not one that a page of this list gave. Start again without one.',
  },
});
