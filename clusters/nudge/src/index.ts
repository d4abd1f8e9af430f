export type { Notification } from './notifications.ts';
export { nudge } from './nudge.ts';
export type { Rule } from './rules.ts';
