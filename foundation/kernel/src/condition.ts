import { Environment } from '@marcbachmann/cel-js';
import { celLimits, checkCalls } from './cel-calls.ts';
import { errorCatalogue, errorText } from './errors.ts';

const errors = errorCatalogue('CONDITION', {
  INVALID: { kind: 'invalid', message: (reason: string) => `The condition is refused: ${reason}.` },
  UNANSWERED: { kind: 'invalid', message: (reason: string) => `The condition gave no answer: ${reason}.` },
});

/** A compiled condition. Its cost is bounded by its own length and that of what it compares. @throws CONDITION_UNANSWERED */
export type Condition = (variables: Readonly<Record<string, unknown>>) => boolean;

const maxConditionLength = 1_000;

/**
 * Compiles a condition in CEL over named values of JSON, with the calls that filters of events have. What it gives has to be true or false; a member
 * that is missing gives no answer, and `has(input.x)` asks for it.
 * @throws CONDITION_INVALID
 */
export function compileCondition(text: string, variables: readonly string[]): Condition {
  const refuse = (reason: string): never => {
    throw errors.INVALID(reason);
  };
  if (text.length > maxConditionLength) refuse(`it has more than ${maxConditionLength} characters`);
  const environment = new Environment({ limits: celLimits });
  for (const name of variables) environment.registerVariable(name, 'dyn');
  const checked = environment.check(text);
  if (checked.error !== undefined) refuse(errorText(checked.error.summary).slice(0, 300));
  const evaluate = environment.parse(text);
  checkCalls(evaluate.ast, refuse);
  return (values) => {
    let answer: unknown;
    try {
      answer = evaluate({ ...values });
    } catch (error) {
      throw errors.UNANSWERED.because({ cause: error }, (errorText(error).split('\n', 1)[0] ?? '').slice(0, 300));
    }
    if (typeof answer !== 'boolean') throw errors.UNANSWERED('it gave neither true nor false');
    return answer;
  };
}
