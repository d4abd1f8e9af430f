import { isTypePattern, patternCovers, type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import type { Templates } from '../templates.ts';
import { isEmailAddress } from './email-address.ts';
import { whatsappRecipient } from './whatsapp-recipient.ts';

/** The event types that notification rules can name. */
export const notifiedTypes = ['document.*', 'issue.*', 'review.*', 'folder.*', 'model.*'] as const;

const noNul = '^[^\\u0000]*$';
export const ruleId = schema.String({ pattern: '^[a-z][a-z0-9-]{0,59}$' });
export const projectInput = schema.Optional(schema.Union([schema.String({ minLength: 1, maxLength: 200, pattern: noNul }), schema.Null()]));
/** WhatsApp's `phone_number_id`: digits that name one of the tenant's numbers; it is not the phone number itself. */
export const numberId = schema.String({ pattern: '^[0-9]{1,40}$' });

const templateInput = schema.Object(
  {
    name: schema.String({ pattern: '^[a-z0-9_]{1,512}$' }),
    language: schema.String({ pattern: '^[a-z]{2,3}(_[A-Za-z]{2,4})?$' }),
    parameters: schema.Array(schema.String({ minLength: 1, maxLength: 1_000, pattern: noNul }), { maxItems: 20 }),
  },
  { additionalProperties: false },
);

const whatsappInput = schema.Object(
  {
    number: numberId,
    recipients: schema.Array(schema.String({ minLength: 3, maxLength: 140 }), { minItems: 1, maxItems: 50 }),
    template: schema.Optional(schema.Union([templateInput, schema.Null()])),
  },
  { additionalProperties: false },
);

export const ruleInput = schema.Object(
  {
    id: ruleId,
    eventType: schema.String({ minLength: 1, maxLength: 120 }),
    project: projectInput,
    recipients: schema.Optional(schema.Array(schema.String({ minLength: 3, maxLength: 254 }), { maxItems: 50 })),
    whatsapp: schema.Optional(schema.Union([whatsappInput, schema.Null()])),
    subject: schema.Optional(schema.String({ minLength: 1, maxLength: 500, pattern: noNul })),
    body: schema.String({ minLength: 1, maxLength: 10_000, pattern: noNul }),
    enabled: schema.Optional(schema.Boolean()),
  },
  { additionalProperties: false },
);
export const ruleKey = schema.Object({ id: ruleId }, { additionalProperties: false });

/** A message that WhatsApp has approved under a name; its parameters are Liquid templates, one line each. */
export interface WhatsappTemplate {
  readonly name: string;
  readonly language: string;
  readonly parameters: readonly string[];
}

/** Whom a rule tells on WhatsApp, and from which number. */
export interface RuleWhatsapp {
  readonly number: string;
  readonly recipients: readonly string[];
  /** What goes to who has not written to the number for 24 hours; null refuses them. */
  readonly template: WhatsappTemplate | null;
}

/**
 * A notification rule. It tells its e-mail `recipients`, and those of `whatsapp` where that is not null. `body` is the text on both; `subject` is
 * of the e-mails. `project` null matches every project.
 */
export interface Rule {
  readonly id: string;
  readonly eventType: string;
  readonly project: string | null;
  readonly recipients: readonly string[];
  readonly whatsapp: RuleWhatsapp | null;
  readonly subject: string;
  readonly body: string;
  readonly enabled: boolean;
}

/**
 * A rule as it is kept.
 * @throws NUDGE_EVENT_TYPE_INVALID, NUDGE_RECIPIENT_INVALID, NUDGE_WHATSAPP_RECIPIENT_INVALID, NUDGE_RECIPIENTS_MISSING, NUDGE_TEMPLATE_INVALID
 */
export function checkRule(templates: Templates, input: Static<typeof ruleInput>): Rule {
  const { id, eventType, body, subject = '{{ event.type }}' } = input;
  const heard = eventType === '*' || notifiedTypes.some((type) => patternCovers(type, eventType));
  if (!heard || !isTypePattern(eventType)) throw errors.EVENT_TYPE_INVALID(eventType, notifiedTypes.join(', '));
  const recipients = emailRecipients(input.recipients ?? []);
  const whatsapp = input.whatsapp ? checkWhatsapp(templates, input.whatsapp) : null;
  if (recipients.length === 0 && whatsapp === null) throw errors.RECIPIENTS_MISSING();
  templates.check('subject', subject);
  templates.check('body', body);
  return { id, eventType, project: input.project ?? null, recipients, whatsapp, subject, body, enabled: input.enabled ?? true };
}

function emailRecipients(addresses: readonly string[]): readonly string[] {
  for (const address of addresses) {
    if (!isEmailAddress(address)) throw errors.RECIPIENT_INVALID(address.slice(0, 80));
  }
  return [...new Map(addresses.map((address) => [address.toLowerCase(), address])).values()];
}

function checkWhatsapp(templates: Templates, { number, recipients, template }: Static<typeof whatsappInput>): RuleWhatsapp {
  for (const [index, parameter] of (template?.parameters ?? []).entries()) templates.check(`template parameter ${index + 1}`, parameter);
  const known = recipients.map((recipient) => {
    const kept = whatsappRecipient(recipient);
    if (kept === undefined) throw errors.WHATSAPP_RECIPIENT_INVALID(recipient.slice(0, 80));
    return kept;
  });
  return { number, recipients: [...new Set(known)], template: template ?? null };
}
