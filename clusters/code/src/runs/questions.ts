import { type HandlerContext, isUuid, type PlatformEvent, type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import type { Arrival } from '../interpreter/scope.ts';
import { membersOf } from '../json.ts';
import type { Definitions } from '../workflows/definitions.ts';
import type { RunContext } from './advance.ts';
import { continueRun } from './begin-run.ts';

export const answerInput = schema.Object(
  { question: schema.String({ format: 'uuid' }), text: schema.String({ maxLength: 4_096 }) },
  { additionalProperties: false },
);

/** Hears what a person answered over Nudge: the event `nudge.question.answered` with `question`, `text` and `from`. */
export async function hearAnswer(event: PlatformEvent, context: HandlerContext, definitions: Definitions): Promise<void> {
  const { question, text, from } = membersOf(event.data);
  if (typeof question !== 'string' || !isUuid(question) || typeof text !== 'string') return;
  const arrivalFor = (key: string) => ({ kind: 'answer', key, answer: { text, from: from ?? null, at: event.time } }) as const;
  await letGoOn({ question, arrivalFor }, context, definitions);
}

/** Hears that a question could not be asked: an error of the step. */
export async function hearRefusal(event: PlatformEvent, context: HandlerContext, definitions: Definitions): Promise<void> {
  const { question, reason } = membersOf(event.data);
  if (typeof question !== 'string' || !isUuid(question)) return;
  const arrivalFor = (key: string) => ({ kind: 'refusal', key, reason: String(reason ?? 'It could not be asked.') }) as const;
  await letGoOn({ question, arrivalFor }, context, definitions);
}

/** Answers in a person's name. @throws CODE_RUN_UNKNOWN where nobody waits for that answer */
export async function answerQuestion(
  { question, text }: Static<typeof answerInput>,
  context: RunContext & { actor: { id: string } },
  definitions: Definitions,
): Promise<{ answered: boolean }> {
  const at = new Date(context.clock.now()).toISOString();
  const arrivalFor = (key: string) => ({ kind: 'answer', key, answer: { text, from: context.actor.id, at } }) as const;
  const answered = await letGoOn({ question, arrivalFor }, context, definitions);
  if (!answered) throw errors.RUN_UNKNOWN(`that waits for an answer to ${question}`);
  return { answered };
}

async function letGoOn(
  given: { question: string; arrivalFor: (key: string) => Arrival },
  context: RunContext,
  definitions: Definitions,
): Promise<boolean> {
  const [asked] = await context.tx.query<{ run_id: string; key: string }>(
    'select run_id, key from question where tenant_id = $1 and id = $2',
    [context.tenant, given.question],
  );
  if (asked === undefined) return false;
  return continueRun(asked.run_id, { arrival: given.arrivalFor(asked.key), context, definitions });
}
