export type { Message } from './conversations/list-messages.ts';
export type { ReplyRule } from './conversations/reply-rule-input.ts';
export type { DocumentRule } from './documents/document-rules.ts';
export type { Document } from './documents/list-documents.ts';
export type { Notification } from './notifications/list-notifications.ts';
export { nudge } from './nudge.ts';
export type { Rule } from './rules/rule-input.ts';
