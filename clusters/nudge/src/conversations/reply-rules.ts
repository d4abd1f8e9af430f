import type { HandlerContext, OperationContext, ProductContext, Static } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import type { Templates } from '../templates.ts';
import { checkReplyRule, type ReplyMatch, type ReplyRule, type replyRuleInput } from './reply-rule-input.ts';

const maxRules = 100;

interface ReplyRuleRow {
  id: string;
  rank: number;
  number: string | null;
  keywords: string[] | null;
  button: string | null;
  text: string;
  enabled: boolean;
}

const columns = 'id, rank, number, keywords, button, text, enabled';

/** Makes or replaces a reply rule. @throws what `checkReplyRule` throws, and NUDGE_REPLY_RULES_FULL */
export async function setReplyRule(
  templates: Templates,
  input: Static<typeof replyRuleInput>,
  context: OperationContext,
): Promise<ReplyRule> {
  const { tenant, tx, clock } = context;
  const rule = checkReplyRule(templates, input);
  const { match } = rule;
  await tx.query(
    `insert into reply_rule (tenant_id, updated_at, ${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, id) do update set updated_at = excluded.updated_at, rank = excluded.rank, number = excluded.number,
       keywords = excluded.keywords, button = excluded.button, text = excluded.text, enabled = excluded.enabled`,
    [
      tenant,
      new Date(clock.now()),
      rule.id,
      rule.order,
      rule.number,
      typeof match === 'object' && 'keywords' in match ? match.keywords : null,
      typeof match === 'object' && 'button' in match ? match.button : null,
      rule.text,
      rule.enabled,
    ],
  );
  const [total] = await tx.query<{ rules: number }>('select count(*)::int as rules from reply_rule where tenant_id = $1', [tenant]);
  if (total === undefined || total.rules > maxRules) throw errors.REPLY_RULES_FULL(maxRules);
  return rule;
}

/** All of the tenant's reply rules in the order in which they are tried; there are few enough for one answer. */
export async function listReplyRules({ tenant, tx }: ProductContext): Promise<{ items: readonly ReplyRule[] }> {
  const rows = await tx.query<ReplyRuleRow>(`select ${columns} from reply_rule where tenant_id = $1 order by rank, id collate "C"`, [
    tenant,
  ]);
  return { items: rows.map(ruleOf) };
}

/** What was answered before stays. */
export async function deleteReplyRule(id: string, { tenant, tx }: OperationContext): Promise<{ deleted: boolean }> {
  const rows = await tx.query('delete from reply_rule where tenant_id = $1 and id = $2 returning id', [tenant, id]);
  return { deleted: rows.length > 0 };
}

/** The rules that answer, in the order in which they are tried. */
export async function replyRules({ tenant, tx }: HandlerContext): Promise<readonly ReplyRule[]> {
  const rows = await tx.query<ReplyRuleRow>(
    `select ${columns} from reply_rule where tenant_id = $1 and enabled order by rank, id collate "C"`,
    [tenant],
  );
  return rows.map(ruleOf);
}

function ruleOf({ id, rank, number, keywords, button, text, enabled }: ReplyRuleRow): ReplyRule {
  const match: ReplyMatch = keywords !== null ? { keywords } : button !== null ? { button } : 'any';
  return { id, order: rank, number, match, text, enabled };
}
