import type { HandlerContext, PlatformEvent } from '@etis/runtime/sdk';
import { contactsOf } from '../conversations/contact-windows.ts';
import type { Rule, RuleWhatsapp } from '../rules/rule-input.ts';
import { rulesFor } from '../rules/rules.ts';
import { whatsappAddress } from '../rules/whatsapp-recipient.ts';
import { type NewSend, recordSends } from '../sends/sends.ts';
import { messagePayload } from '../sends/whatsapp-payload.ts';
import type { Templates } from '../templates.ts';
import { type Draft, emailDrafts, whatsappDrafts } from './compose.ts';
import { projectInSubject } from './project-in-subject.ts';

/** A draft that was kept, under the notification's id. */
type Kept = Draft & { readonly id: string };

/**
 * Turns an event into one notification per matching rule and recipient, each with its job and its event. What cannot be said refuses the
 * notifications that it is about only, where the tenant sees them; no other is held back.
 */
export async function notify(templates: Templates, event: PlatformEvent, context: HandlerContext): Promise<void> {
  const drafts = await draftsFor(templates, event, context);
  if (drafts.length === 0) return;
  const kept = await keep(drafts, event, context);
  const sends: (NewSend & { readonly of: Kept })[] = [];
  for (const notification of kept) {
    if (notification.reason !== null) continue;
    const { id, rule, channel, recipient, number } = notification;
    const job = context.enqueue(channel, payloadOf(notification), { report: true });
    sends.push({ job, notification: id, channel, number, of: notification });
    const data = { notification: id, rule, event: event.id, channel, recipient };
    context.emit({ type: 'nudge.notification.requested', subject: id, data });
  }
  await recordSends(sends, context);
  await keepMessages(sends, event, context);
  const refused = new Set(kept.filter((notification) => notification.reason !== null).map((notification) => notification.rule));
  if (refused.size > 0) context.log.warn({ rules: [...refused] }, 'notifications of these rules are refused; each says why');
}

async function draftsFor(templates: Templates, event: PlatformEvent, context: HandlerContext): Promise<readonly Draft[]> {
  const drafts: Draft[] = [];
  const withProject = context.configuration.flag(projectInSubject);
  for (const rule of await rulesFor(event, context)) {
    drafts.push(...emailDrafts(templates, rule, { event, withProject }));
    if (!tellsOnWhatsapp(rule)) continue;
    const contacts = await contactsOf(rule.whatsapp.number, rule.whatsapp.recipients, context);
    drafts.push(...whatsappDrafts(templates, rule, { event, contacts, now: context.clock.now() }));
  }
  return drafts;
}

function tellsOnWhatsapp(rule: Rule): rule is Rule & { readonly whatsapp: RuleWhatsapp } {
  return rule.whatsapp !== null;
}

function payloadOf({ id, recipient, subject, body, number, template, contact }: Kept): Record<string, unknown> {
  if (number === null) return { to: recipient, subject, text: body, notification: id };
  const content = template === null ? { text: body } : { template };
  return messagePayload({ number, to: whatsappAddress(recipient), content, lastInboundAt: contact?.lastInboundAt ?? null });
}

/** Keeps the drafts that were not kept before, and resolves to those. */
async function keep(drafts: readonly Draft[], event: PlatformEvent, { tenant, tx, clock }: HandlerContext): Promise<readonly Kept[]> {
  const inserted = await tx.query<{ id: string; rule_id: string; recipient: string }>(
    `insert into notification
       (tenant_id, event_id, requested_at, rule_id, channel, recipient, subject, body, number, template, parameters, state, reason)
     select $1, $2, $3, rule_id, channel, recipient, subject, body, number, template,
       case when template is not null then array(select jsonb_array_elements_text(parameters::jsonb)) end,
       case when reason is null then 'requested' else 'refused' end, reason
     from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
       as draft (rule_id, channel, recipient, subject, body, number, template, parameters, reason)
     on conflict (tenant_id, rule_id, event_id, recipient) do nothing
     returning id, rule_id, recipient`,
    [
      tenant,
      event.id,
      new Date(clock.now()),
      drafts.map((draft) => draft.rule),
      drafts.map((draft) => draft.channel),
      drafts.map((draft) => draft.recipient),
      drafts.map((draft) => draft.subject),
      drafts.map((draft) => draft.body),
      drafts.map((draft) => draft.number),
      drafts.map(({ template }) => (template === null ? null : `${template.name} ${template.language}`)),
      drafts.map(({ template }) => (template === null ? null : JSON.stringify(template.parameters))),
      drafts.map((draft) => draft.reason),
    ],
  );
  const ids = new Map(inserted.map((row) => [`${row.rule_id} ${row.recipient}`, row.id]));
  return drafts.flatMap((draft) => {
    const id = ids.get(`${draft.rule} ${draft.recipient}`);
    return id === undefined ? [] : [{ ...draft, id }];
  });
}

/** What goes out on WhatsApp stands in the conversation with its user too. */
async function keepMessages(
  sends: readonly (NewSend & { readonly of: Kept })[],
  event: PlatformEvent,
  { tenant, tx, clock }: HandlerContext,
): Promise<void> {
  const messages = sends.filter((send) => send.number !== null);
  if (messages.length === 0) return;
  await tx.query(
    `insert into message (tenant_id, direction, event_id, at, number, user_key, kind, text, job_id)
     select $1, 'out', $2, $3, number, user_key, kind, text, job_id
     from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[]) as said (number, user_key, kind, text, job_id)`,
    [
      tenant,
      event.id,
      new Date(clock.now()),
      messages.map((send) => send.number),
      messages.map(({ of }) => of.contact?.key ?? of.recipient),
      messages.map(({ of }) => (of.template === null ? 'text' : 'template')),
      messages.map(({ of }) => (of.template === null ? of.body : null)),
      messages.map((send) => send.job),
    ],
  );
}
