import { EtisError, type PlatformEvent } from '@etis/runtime/sdk';
import { type Contact, isOpen } from '../conversations/contact-windows.ts';
import { errors } from '../errors.ts';
import { asBody, asSubject } from '../plain-text.ts';
import type { Rule, RuleWhatsapp, WhatsappTemplate } from '../rules/rule-input.ts';
import { maxWhatsappText } from '../sends/whatsapp-payload.ts';
import type { Templates } from '../templates.ts';

/** What one recipient of one rule is to be told. With a `reason` it is refused, and says why. */
export interface Draft {
  readonly rule: string;
  readonly channel: 'email' | 'whatsapp';
  readonly recipient: string;
  /** Null on a channel without subjects. */
  readonly subject: string | null;
  /** Empty where a template is sent. */
  readonly body: string;
  /** The number that it is sent from; null by e-mail. */
  readonly number: string | null;
  readonly template: WhatsappTemplate | null;
  /** What is known of the user on WhatsApp. */
  readonly contact: Contact | null;
  readonly reason: string | null;
}

/** What a rule makes of an event for its e-mail recipients; `withProject` puts the event's project before the subject. */
export function emailDrafts(
  templates: Templates,
  rule: Rule,
  { event, withProject }: { event: PlatformEvent; withProject: boolean },
): readonly Draft[] {
  if (rule.recipients.length === 0) return [];
  const prefix = withProject && event.project !== null ? `[${event.project}] ` : '';
  const rendered = attempt(() => ({
    subject: asSubject(`${prefix}${asSubject(templates.render('subject', rule.subject, event)) || event.type}`),
    body: asBody(templates.render('body', rule.body, event)),
  }));
  const words = 'reason' in rendered ? { subject: '', body: '', reason: rendered.reason } : { ...rendered, reason: null };
  return rule.recipients.map((recipient) => ({
    rule: rule.id,
    channel: 'email',
    recipient,
    number: null,
    template: null,
    contact: null,
    ...words,
  }));
}

/**
 * What a rule makes of an event for its recipients on WhatsApp: its text for who wrote within the last 24 hours, its template for the others, and
 * a refusal where it has none.
 */
export function whatsappDrafts(
  templates: Templates,
  rule: Rule & { readonly whatsapp: RuleWhatsapp },
  { event, contacts, now }: { event: PlatformEvent; contacts: ReadonlyMap<string, Contact>; now: number },
): readonly Draft[] {
  const { number, recipients, template } = rule.whatsapp;
  const inText = once(() => {
    const body = asBody(templates.render('body', rule.body, event), maxWhatsappText).trim();
    return body === '' ? { reason: 'The text of the rule came out empty.' } : { body, template: null };
  });
  const byTemplate = once(() => {
    if (template === null) return { reason: noTemplate };
    const parameters = template.parameters.map((parameter, index) =>
      asParameter(templates.render(`template parameter ${index + 1}`, parameter, event)),
    );
    return { body: '', template: { ...template, parameters } };
  });
  return recipients.map((recipient) => {
    const contact = contacts.get(recipient) ?? null;
    const words = isOpen(contact?.lastInboundAt ?? null, now) ? inText() : byTemplate();
    const shared = { rule: rule.id, channel: 'whatsapp', recipient, subject: null, number, contact } as const;
    return 'reason' in words
      ? { ...shared, body: '', template: null, reason: words.reason }
      : { ...shared, body: words.body, template: words.template, reason: null };
  });
}

const noTemplate =
  'This user has not written to the number within 24 hours, so WhatsApp takes only a template, and the rule names none. Add one to the rule.';

/** WhatsApp takes parameters of one line, and none that is empty. */
function asParameter(text: string): string {
  return asSubject(text, 1_000) || '-';
}

type Refusal = { readonly reason: string };

/** The same words for every recipient, rendered when the first one needs them. */
function once<Words extends object>(make: () => Words): () => Words | Refusal {
  let made: Words | Refusal | undefined;
  return () => {
    made ??= attempt(make);
    return made;
  };
}

/** A template that cannot be rendered refuses its own rule's notifications; everything else is not the tenant's doing. */
function attempt<Words extends object>(make: () => Words): Words | Refusal {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof EtisError && error.code === errors.TEMPLATE_INVALID.code)) throw error;
    return { reason: asSubject(error.message) };
  }
}
