import { isTypePattern, type OperationContext, type ProductTx, patternCovers, patternsFor, type Static, schema } from '@etis/runtime/sdk';
import { isEmailAddress } from './email-address.ts';
import { errors } from './errors.ts';
import type { Templates } from './templates.ts';

/** The event types that Nudge hears of. */
export const heardTypes = ['document.*', 'issue.*', 'review.*', 'folder.*', 'model.*'] as const;

/** All rules of one tenant: what one event can ask for at most. */
const limits = { rules: 100, recipients: 1_000 };

const ruleId = schema.String({ pattern: '^[a-z][a-z0-9-]{0,59}$' });

export const ruleInput = schema.Object(
  {
    id: ruleId,
    eventType: schema.String({ minLength: 1, maxLength: 120 }),
    project: schema.Optional(schema.Union([schema.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$' }), schema.Null()])),
    recipients: schema.Array(schema.String({ minLength: 3, maxLength: 254 }), { minItems: 1, maxItems: 50 }),
    subject: schema.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000]*$' }),
    body: schema.String({ minLength: 1, maxLength: 10_000, pattern: '^[^\\u0000]*$' }),
    enabled: schema.Optional(schema.Boolean()),
  },
  { additionalProperties: false },
);
export const ruleKey = schema.Object({ id: ruleId }, { additionalProperties: false });

/** A notification rule. `project` null matches every project. */
export interface Rule {
  readonly id: string;
  readonly eventType: string;
  readonly project: string | null;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly enabled: boolean;
}

interface RuleRow {
  id: string;
  event_type: string;
  project: string | null;
  recipients: string[];
  subject: string;
  body: string;
  enabled: boolean;
}

const columns = 'id, event_type, project, recipients, subject, body, enabled';

/** Makes or replaces a rule. @throws NUDGE_EVENT_TYPE_INVALID, NUDGE_RECIPIENT_INVALID, NUDGE_TEMPLATE_INVALID, NUDGE_RULES_FULL */
export async function setRule(templates: Templates, input: Static<typeof ruleInput>, context: OperationContext): Promise<Rule> {
  const { tenant, tx, clock } = context;
  const rule = checkRule(templates, input);
  await tx.query(
    `insert into rule (tenant_id, id, event_type, project, recipients, subject, body, enabled, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, id) do update set event_type = excluded.event_type, project = excluded.project, recipients = excluded.recipients,
       subject = excluded.subject, body = excluded.body, enabled = excluded.enabled, updated_at = excluded.updated_at`,
    [tenant, rule.id, rule.eventType, rule.project, rule.recipients, rule.subject, rule.body, rule.enabled, new Date(clock.now())],
  );
  const [total] = await tx.query<{ rules: number; recipients: number }>(
    'select count(*)::int as rules, coalesce(sum(cardinality(recipients)), 0)::int as recipients from rule where tenant_id = $1',
    [tenant],
  );
  if (total === undefined || total.rules > limits.rules || total.recipients > limits.recipients) {
    throw errors.RULES_FULL(limits.rules, limits.recipients);
  }
  return rule;
}

function checkRule(templates: Templates, input: Static<typeof ruleInput>): Rule {
  const { id, eventType, subject, body } = input;
  const heard = eventType === '*' || heardTypes.some((type) => patternCovers(type, eventType));
  if (!heard || !isTypePattern(eventType)) {
    throw errors.EVENT_TYPE_INVALID(eventType, heardTypes.join(', '));
  }
  for (const recipient of input.recipients) {
    if (!isEmailAddress(recipient)) throw errors.RECIPIENT_INVALID(recipient.slice(0, 80));
  }
  templates.check('subject', subject);
  templates.check('body', body);
  const recipients = [...new Map(input.recipients.map((address) => [address.toLowerCase(), address])).values()];
  return { id, eventType, project: input.project ?? null, recipients, subject, body, enabled: input.enabled ?? true };
}

/** All of the tenant's rules by id; there are few enough for one answer. */
export async function listRules({ tenant, tx }: OperationContext): Promise<{ items: readonly Rule[] }> {
  const rows = await tx.query<RuleRow>(`select ${columns} from rule where tenant_id = $1 order by id`, [tenant]);
  return { items: rows.map(ruleOf) };
}

/** What was notified before stays. */
export async function deleteRule(id: string, { tenant, tx }: OperationContext): Promise<{ deleted: boolean }> {
  const rows = await tx.query('delete from rule where tenant_id = $1 and id = $2 returning id', [tenant, id]);
  return { deleted: rows.length > 0 };
}

/** The enabled rules that an event meets, by id. */
export async function rulesFor(
  event: { type: string; project: string | null },
  { tenant, tx }: { tenant: string; tx: ProductTx },
): Promise<readonly Rule[]> {
  const rows = await tx.query<RuleRow>(
    `select ${columns} from rule
     where tenant_id = $1 and enabled and event_type = any($2::text[]) and (project is null or project = $3)
     order by id`,
    [tenant, patternsFor(event.type), event.project],
  );
  return rows.map(ruleOf);
}

function ruleOf(row: RuleRow): Rule {
  const { id, project, recipients, subject, body, enabled } = row;
  return { id, eventType: row.event_type, project, recipients, subject, body, enabled };
}
