import type { Action } from '../definition/task.ts';
import { fault } from './fault.ts';
import type { Step } from './journal.ts';
import { holds, type Outcome, Raised, type Scope, shaped, waiting } from './scope.ts';

/** One round for each item, each with the output of the one before. The items are those that there were when it began. */
export async function performFor(action: Action & { kind: 'for' }, step: Step, scope: Scope): Promise<Outcome> {
  if (step.memo === undefined) {
    const found = await shaped(action.in, step, scope);
    if (!Array.isArray(found)) throw new Raised(fault('expression', step.key, { detail: '"in" gave no list.' }));
    scope.journal.change(step, { memo: found });
  }
  let value = step.input;
  for (const [index, item] of (step.memo as readonly unknown[]).entries()) {
    const round = { ...scope, vars: { ...scope.vars, [action.each]: item, [action.at]: index } };
    if (action.while !== undefined && !holds(action.while, { key: step.key, input: value }, round)) break;
    const outcome = await scope.perform.list(action.tasks, { key: `${step.key}/${index}`, input: value }, round);
    if (outcome.state !== 'done') return outcome;
    value = outcome.output;
  }
  return { state: 'done', output: value };
}

/**
 * All branches at once. The output is the list of theirs in the order in which they are written; of branches that compete it is that of the first
 * which comes to its end, and the others are cancelled. A branch that raises ends them all, unless they compete and another is still on its way.
 */
export async function performFork(action: Action & { kind: 'fork' }, step: Step, scope: Scope): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const branch of action.branches) {
    // What a branch exports stays in it: which of them was the last is not for chance to say.
    const own = { ...scope, context: { ...scope.context } };
    const outcome = await scope.perform.task(branch, { key: `${step.key}/${branch.name}`, input: step.input }, own);
    if (outcome.state === 'ended' || (action.compete && outcome.state === 'done')) {
      scope.journal.cancelBelow(step.key);
      return action.compete ? { state: 'done', output: outcome.output } : outcome;
    }
    outcomes.push(outcome);
  }
  const raised = outcomes.filter((outcome) => outcome.state === 'raised');
  const lost = raised.length > 0 && (!action.compete || raised.length === outcomes.length);
  if (lost) return raised[0] as Outcome;
  if (outcomes.some(({ state }) => state === 'waiting')) return waiting;
  return { state: 'done', output: outcomes.flatMap((outcome) => (outcome.state === 'done' ? [outcome.output ?? null] : [])) };
}
