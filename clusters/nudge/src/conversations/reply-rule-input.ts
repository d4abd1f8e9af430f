import { type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { numberId, ruleId } from '../rules/rule-input.ts';
import type { Templates } from '../templates.ts';
import { searchable } from './reply-match.ts';

const noNul = '^[^\\u0000]*$';

export const replyRuleInput = schema.Object(
  {
    id: ruleId,
    order: schema.Optional(schema.Integer({ minimum: 0, maximum: 1_000 })),
    number: schema.Optional(schema.Union([numberId, schema.Null()])),
    match: schema.Union([
      schema.Literal('any'),
      schema.Object(
        { keywords: schema.Array(schema.String({ minLength: 1, maxLength: 100, pattern: noNul }), { minItems: 1, maxItems: 50 }) },
        { additionalProperties: false },
      ),
      schema.Object({ button: schema.String({ minLength: 1, maxLength: 256, pattern: noNul }) }, { additionalProperties: false }),
    ]),
    text: schema.String({ minLength: 1, maxLength: 4_096, pattern: noNul }),
    enabled: schema.Optional(schema.Boolean()),
  },
  { additionalProperties: false },
);
export const replyRuleKey = schema.Object({ id: ruleId }, { additionalProperties: false });

/** Which messages a reply rule answers: all of them, those that hold one of the keywords, or those that chose the button or row of that id. */
export type ReplyMatch = 'any' | { readonly keywords: readonly string[] } | { readonly button: string };

/**
 * A reply rule. Of those that match a message the one with the lowest `order` answers, of equal ones the first by id. `number` null answers on
 * every number of the tenant.
 */
export interface ReplyRule {
  readonly id: string;
  readonly order: number;
  readonly number: string | null;
  readonly match: ReplyMatch;
  readonly text: string;
  readonly enabled: boolean;
}

/** A reply rule as it is kept. @throws NUDGE_TEMPLATE_INVALID, NUDGE_KEYWORD_INVALID */
export function checkReplyRule(templates: Templates, input: Static<typeof replyRuleInput>): ReplyRule {
  const { id, order = 100, number = null, match, text, enabled = true } = input;
  templates.check('text', text);
  if (typeof match === 'object' && 'keywords' in match && match.keywords.some((keyword) => searchable(keyword).trim() === '')) {
    throw errors.KEYWORD_INVALID();
  }
  return { id, order, number, match, text, enabled };
}
