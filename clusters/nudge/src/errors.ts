import { errorCatalogue } from '@etis/runtime/sdk';

export const errors = errorCatalogue('NUDGE', {
  RECIPIENT_INVALID: {
    kind: 'invalid',
    message: (recipient: string) =>
      `"${recipient}" is not an e-mail address that Nudge sends to. Write a plain address such as site.office@example.com, without a name or quotes.`,
  },
  EVENT_TYPE_INVALID: {
    kind: 'invalid',
    message: (pattern: string, known: string) =>
      `"${pattern}" matches no event that Nudge hears of. Write an event type or a prefix that ends in ".*" under ${known}, or "*" for all of them.`,
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
  CURSOR_MALFORMED: {
    kind: 'invalid',
    message: () => 'The cursor is not one that a page of notifications gave. Start again without one.',
  },
});
