import { parameter } from '@etis/runtime/sdk';

/** Replies to one user from one number within 24 hours: two machines that answer each other stop here. */
export const dailyReplyLimit = parameter({
  key: 'nudge.reply.daily-limit',
  description: 'How many WhatsApp messages of one user are answered within 24 hours, at most; with 0 none is.',
  value: { type: 'number', integer: true, minimum: 0, maximum: 200 },
  default: 20,
});
