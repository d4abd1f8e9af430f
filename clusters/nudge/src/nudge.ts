import { defineProduct, type Handler, operation } from '@etis/runtime/sdk';
import { dailyReplyLimit } from './conversations/daily-reply-limit.ts';
import { hearMessage } from './conversations/hear-message.ts';
import { listMessages, messagesPage } from './conversations/list-messages.ts';
import { replyRuleInput, replyRuleKey } from './conversations/reply-rule-input.ts';
import { deleteReplyRule, listReplyRules, setReplyRule } from './conversations/reply-rules.ts';
import { deleteDocumentRule, documentRuleInput, documentRuleKey, listDocumentRules, setDocumentRule } from './documents/document-rules.ts';
import { requestDocuments } from './documents/documents.ts';
import { listDocuments } from './documents/list-documents.ts';
import { hearReport } from './hear-report.ts';
import { listNotifications } from './notifications/list-notifications.ts';
import { notify } from './notifications/notify.ts';
import { projectInSubject } from './notifications/project-in-subject.ts';
import { pageInput } from './page.ts';
import { askPerson } from './questions/questions.ts';
import { notifiedTypes, ruleInput, ruleKey } from './rules/rule-input.ts';
import { deleteRule, listRules, setRule } from './rules/rules.ts';
import { hearStatus } from './sends/message-status.ts';
import { createTemplates } from './templates.ts';

const templates = createTemplates();
const notifying: Handler = (event, context) => notify(templates, event, context);

/**
 * Nudge turns events into notifications, answers WhatsApp messages, and has new documents read, all by each tenant's rules.
 *
 * - A rule names an event type, optionally a project, e-mail addresses or WhatsApp users or both, and Liquid templates for subject and text, such
 *   as `{{ event.data.name }} was added`. It tells each recipient of an event once.
 * - A reply rule answers WhatsApp messages that it matches: the first rule, one reply.
 * - A document rule says what is done with new versions of documents.
 *
 * What was sent is followed for as long as its channel tells of it, by WhatsApp up to the moment in which it was read.
 */
export const nudge = defineProduct({
  id: 'nudge',
  title: 'Nudge',
  migrations: new URL('../migrations/', import.meta.url),
  configuration: { parameters: [dailyReplyLimit], flags: [projectInSubject] },
  handlers: {
    ...Object.fromEntries(notifiedTypes.map((type) => [type, notifying])),
    'document.*': async (event, context) => {
      await notify(templates, event, context);
      await requestDocuments(event, context);
    },
    'whatsapp.message.received': (event, context) => hearMessage(templates, event, context),
    'whatsapp.message.status': hearStatus,
    'code.question.asked': askPerson,
    'job.done': hearReport,
    'job.dead': hearReport,
  },
  operations: {
    'rules.set': operation({ schema: ruleInput, run: (input, context) => setRule(templates, input, context) }),
    'rules.list': operation({ run: (_, context) => listRules(context) }),
    'rules.delete': operation({ schema: ruleKey, run: (input, context) => deleteRule(input.id, context) }),
    'notifications.list': operation({ schema: pageInput, run: listNotifications }),
    'replies.set': operation({ schema: replyRuleInput, run: (input, context) => setReplyRule(templates, input, context) }),
    'replies.list': operation({ run: (_, context) => listReplyRules(context) }),
    'replies.delete': operation({ schema: replyRuleKey, run: (input, context) => deleteReplyRule(input.id, context) }),
    'messages.list': operation({ schema: messagesPage, run: listMessages }),
    'document-rules.set': operation({ schema: documentRuleInput, run: setDocumentRule }),
    'document-rules.list': operation({ run: (_, context) => listDocumentRules(context) }),
    'document-rules.delete': operation({ schema: documentRuleKey, run: (input, context) => deleteDocumentRule(input.id, context) }),
    'documents.list': operation({ schema: pageInput, run: listDocuments }),
  },
});
