import type { Action, Retry } from '../definition/task.ts';
import type { Fault } from './fault.ts';
import type { Step } from './journal.ts';
import { holds, type Outcome, type Scope, waiting } from './scope.ts';

const longestMs = 24 * 3_600_000;

/** Tries, after an error that is caught waits and tries again, and at last does what the catch says. Every attempt has steps of its own. */
export async function performTry(action: Action & { kind: 'try' }, step: Step, scope: Scope): Promise<Outcome> {
  if (step.memo !== undefined) return caught(action, step, scope);
  if (step.state === 'waiting') {
    if (scope.arrival.kind !== 'report' || scope.arrival.job !== step.job) return waiting;
    scope.journal.change(step, { state: 'running', job: null, attempt: step.attempt + 1 });
  }
  const key = `${step.key}/try~${step.attempt}`;
  const outcome = await scope.perform.list(action.tasks, { key, input: step.input }, scope);
  if (outcome.state !== 'raised' || !isCaught(action, { step, error: outcome.error }, scope)) return outcome;
  scope.journal.cancelBelow(key);
  if (action.retry !== undefined && step.attempt < action.retry.attempts) {
    scope.journal.change(step, { state: 'waiting', job: scope.effects.timer(delayOf(action.retry, step.attempt)) });
    return waiting;
  }
  scope.journal.change(step, { memo: outcome.error });
  return caught(action, step, scope);
}

async function caught(action: Action & { kind: 'try' }, step: Step, scope: Scope): Promise<Outcome> {
  if (action.otherwise === undefined) return { state: 'done', output: step.input };
  const vars = { ...scope.vars, [action.as]: step.memo, error: step.memo };
  return scope.perform.list(action.otherwise, { key: `${step.key}/catch`, input: step.input }, { ...scope, vars });
}

function isCaught(action: Action & { kind: 'try' }, about: { step: Step; error: Fault }, scope: Scope): boolean {
  const { step, error } = about;
  const has = error as unknown as Readonly<Record<string, unknown>>;
  if (!Object.entries(action.catches).every(([name, value]) => has[name === 'details' ? 'detail' : name] === value)) return false;
  const inner = { ...scope, vars: { ...scope.vars, [action.as]: error, error } };
  if (action.when !== undefined && !holds(action.when, step, inner)) return false;
  return action.exceptWhen === undefined || !holds(action.exceptWhen, step, inner);
}

/** How long it waits after an attempt, in milliseconds. */
function delayOf({ delayMs, backoff }: Retry, attempt: number): number {
  const times = { constant: 1, linear: attempt, exponential: 2 ** (attempt - 1) }[backoff];
  return Math.min(delayMs * times, longestMs);
}
