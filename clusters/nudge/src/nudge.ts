import { defineProduct, type Handler, operation } from '@etis/runtime/sdk';
import { listNotifications, notificationsPage, notify } from './notifications.ts';
import { deleteRule, heardTypes, listRules, ruleInput, ruleKey, setRule } from './rules.ts';
import { createTemplates } from './templates.ts';

const templates = createTemplates();
const handler: Handler = (event, context) => notify(templates, event, context);

/**
 * Nudge turns events into notifications by each tenant's rules. Rules name an event type, optionally a project, up to 50 e-mail addresses, and
 * Liquid templates for subject and text, such as `{{ event.data.name }} was added`. Each rule tells each recipient of an event once.
 */
export const nudge = defineProduct({
  id: 'nudge',
  title: 'Nudge',
  migrations: new URL('../migrations/', import.meta.url),
  handlers: Object.fromEntries(heardTypes.map((type) => [type, handler])),
  operations: {
    'rules.set': operation({ schema: ruleInput, run: (input, context) => setRule(templates, input, context) }),
    'rules.list': operation({ run: (_, context) => listRules(context) }),
    'rules.delete': operation({ schema: ruleKey, run: (input, context) => deleteRule(input.id, context) }),
    'notifications.list': operation({ schema: notificationsPage, run: listNotifications }),
  },
});
