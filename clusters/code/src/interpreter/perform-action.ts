import type { Action } from '../definition/task.ts';
import { raisedFault } from './fault.ts';
import type { Step } from './journal.ts';
import { performFor, performFork } from './perform-many.ts';
import { performOutside } from './perform-outside.ts';
import { performTry } from './perform-try.ts';
import { holds, type Outcome, type Scope, shaped } from './scope.ts';

/** Performs what a task does, or goes on with it. @throws Raised */
export async function performAction(action: Action, step: Step, scope: Scope): Promise<Outcome> {
  switch (action.kind) {
    case 'do':
      return scope.perform.list(action.tasks, step, scope);
    case 'set':
      return { state: 'done', output: await shaped(action.value, step, scope) };
    case 'switch': {
      const taken = action.cases.find(({ when }) => when === undefined || holds(when, step, scope));
      return taken === undefined ? { state: 'done', output: step.input } : { state: 'done', output: step.input, next: taken.next };
    }
    case 'raise':
      return { state: 'raised', error: raisedFault(await shaped(action.error, step, scope), step.key) };
    case 'emit':
      scope.effects.emit(await shaped(action.event, step, scope));
      return { state: 'done', output: step.input };
    case 'for':
      return performFor(action, step, scope);
    case 'fork':
      return performFork(action, step, scope);
    case 'try':
      return performTry(action, step, scope);
    default:
      return performOutside(action, step, scope);
  }
}
