import { type OperationContext, type ProductTx, patternsFor, type Static } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import type { Templates } from '../templates.ts';
import { checkRule, type Rule, type ruleInput } from './rule-input.ts';

/** All rules of one tenant, on both channels: what one event can ask for at most. */
const limits = { rules: 100, recipients: 1_000 };

interface RuleRow {
  id: string;
  event_type: string;
  project: string | null;
  recipients: string[];
  subject: string;
  body: string;
  enabled: boolean;
  whatsapp_number: string | null;
  whatsapp_recipients: string[];
  whatsapp_template: string | null;
  whatsapp_language: string | null;
  whatsapp_parameters: string[] | null;
}

const columns = `id, event_type, project, recipients, subject, body, enabled,
  whatsapp_number, whatsapp_recipients, whatsapp_template, whatsapp_language, whatsapp_parameters`;

/** Makes or replaces a rule. @throws what `checkRule` throws, and NUDGE_RULES_FULL */
export async function setRule(templates: Templates, input: Static<typeof ruleInput>, context: OperationContext): Promise<Rule> {
  const { tenant, tx, clock } = context;
  const rule = checkRule(templates, input);
  const { whatsapp } = rule;
  await tx.query(
    `insert into rule (tenant_id, updated_at, ${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (tenant_id, id) do update set updated_at = excluded.updated_at,
       event_type = excluded.event_type, project = excluded.project, recipients = excluded.recipients, subject = excluded.subject,
       body = excluded.body, enabled = excluded.enabled, whatsapp_number = excluded.whatsapp_number,
       whatsapp_recipients = excluded.whatsapp_recipients, whatsapp_template = excluded.whatsapp_template,
       whatsapp_language = excluded.whatsapp_language, whatsapp_parameters = excluded.whatsapp_parameters`,
    [
      tenant,
      new Date(clock.now()),
      rule.id,
      rule.eventType,
      rule.project,
      rule.recipients,
      rule.subject,
      rule.body,
      rule.enabled,
      whatsapp?.number ?? null,
      whatsapp?.recipients ?? [],
      whatsapp?.template?.name ?? null,
      whatsapp?.template?.language ?? null,
      whatsapp?.template?.parameters ?? null,
    ],
  );
  const [total] = await tx.query<{ rules: number; recipients: number }>(
    `select count(*)::int as rules, coalesce(sum(cardinality(recipients) + cardinality(whatsapp_recipients)), 0)::int as recipients
     from rule where tenant_id = $1`,
    [tenant],
  );
  if (total === undefined || total.rules > limits.rules || total.recipients > limits.recipients) {
    throw errors.RULES_FULL(limits.rules, limits.recipients);
  }
  return rule;
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
  return { id, eventType: row.event_type, project, recipients, whatsapp: whatsappOf(row), subject, body, enabled };
}

function whatsappOf(row: RuleRow): Rule['whatsapp'] {
  const { whatsapp_number: number, whatsapp_recipients: recipients } = row;
  const { whatsapp_template: name, whatsapp_language: language, whatsapp_parameters: parameters } = row;
  if (number === null) return null;
  const template = name === null || language === null || parameters === null ? null : { name, language, parameters };
  return { number, recipients, template };
}
