import {
  isTypePattern,
  type OperationContext,
  type ProductContext,
  patternCovers,
  patternsFor,
  type Static,
  schema,
} from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { projectInput, ruleId } from '../rules/rule-input.ts';

/** The event that brings a new version of a document. */
export const documentAdded = 'document.version.added';

const documentActions = ['store', 'checksum', 'text', 'metadata'] as const;
export type DocumentAction = (typeof documentActions)[number];

const maxRules = 20;

export const documentRuleInput = schema.Object(
  {
    id: ruleId,
    eventType: schema.Optional(schema.String({ minLength: 1, maxLength: 120 })),
    project: projectInput,
    actions: schema.Array(schema.Enum([...documentActions]), { minItems: 1, maxItems: documentActions.length }),
    enabled: schema.Optional(schema.Boolean()),
  },
  { additionalProperties: false },
);
export const documentRuleKey = schema.Object({ id: ruleId }, { additionalProperties: false });

/** What is to be done with new versions of documents. `project` null matches every project. */
export interface DocumentRule {
  readonly id: string;
  readonly eventType: string;
  readonly project: string | null;
  readonly actions: readonly DocumentAction[];
  readonly enabled: boolean;
}

interface DocumentRuleRow {
  id: string;
  event_type: string;
  project: string | null;
  actions: DocumentAction[];
  enabled: boolean;
}

const columns = 'id, event_type, project, actions, enabled';

/** Makes or replaces a document rule. @throws NUDGE_DOCUMENT_TYPE_INVALID, NUDGE_DOCUMENT_RULES_FULL */
export async function setDocumentRule(input: Static<typeof documentRuleInput>, context: OperationContext): Promise<DocumentRule> {
  const { tenant, tx, clock } = context;
  const { id, eventType = documentAdded, project = null, enabled = true } = input;
  if (!isTypePattern(eventType) || eventType === '*' || !patternCovers(eventType, documentAdded))
    throw errors.DOCUMENT_TYPE_INVALID(eventType);
  const actions = documentActions.filter((action) => input.actions.includes(action));
  await tx.query(
    `insert into document_rule (tenant_id, updated_at, ${columns}) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, id) do update set updated_at = excluded.updated_at, event_type = excluded.event_type, project = excluded.project,
       actions = excluded.actions, enabled = excluded.enabled`,
    [tenant, new Date(clock.now()), id, eventType, project, actions, enabled],
  );
  const [total] = await tx.query<{ rules: number }>('select count(*)::int as rules from document_rule where tenant_id = $1', [tenant]);
  if (total === undefined || total.rules > maxRules) throw errors.DOCUMENT_RULES_FULL(maxRules);
  return { id, eventType, project, actions, enabled };
}

/** All of the tenant's document rules by id; there are few enough for one answer. */
export async function listDocumentRules({ tenant, tx }: ProductContext): Promise<{ items: readonly DocumentRule[] }> {
  const rows = await tx.query<DocumentRuleRow>(`select ${columns} from document_rule where tenant_id = $1 order by id`, [tenant]);
  return { items: rows.map(ruleOf) };
}

/** What was read or stored before stays. */
export async function deleteDocumentRule(id: string, { tenant, tx }: OperationContext): Promise<{ deleted: boolean }> {
  const rows = await tx.query('delete from document_rule where tenant_id = $1 and id = $2 returning id', [tenant, id]);
  return { deleted: rows.length > 0 };
}

/** The enabled document rules that an event meets, by id. */
export async function documentRulesFor(
  event: { readonly type: string; readonly project: string | null },
  { tenant, tx }: ProductContext,
): Promise<readonly DocumentRule[]> {
  const rows = await tx.query<DocumentRuleRow>(
    `select ${columns} from document_rule
     where tenant_id = $1 and enabled and event_type = any($2::text[]) and (project is null or project = $3)
     order by id`,
    [tenant, patternsFor(event.type), event.project],
  );
  return rows.map(ruleOf);
}

function ruleOf({ id, event_type: eventType, project, actions, enabled }: DocumentRuleRow): DocumentRule {
  return { id, eventType, project, actions, enabled };
}
