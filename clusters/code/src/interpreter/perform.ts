import type { Task, TaskList } from '../definition/task.ts';
import { fault } from './fault.ts';
import type { Step } from './journal.ts';
import { performAction } from './perform-action.ts';
import { holds, type Outcome, Raised, type Scope, shaped, waiting } from './scope.ts';

/**
 * Goes through a list from its beginning, as far as it comes. What the journal says has ended is passed over with the output that it had, so that going
 * through it again does nothing twice and always comes to the same place.
 */
export async function performList(tasks: TaskList, from: { key: string; input: unknown }, scope: Scope): Promise<Outcome> {
  const visits = new Map<string, number>();
  let value = from.input;
  for (let index = 0; index < tasks.length; ) {
    const task = tasks[index] as Task;
    const visit = (visits.get(task.name) ?? 0) + 1;
    visits.set(task.name, visit);
    const key = `${from.key}/${task.name}${visit === 1 ? '' : `#${visit}`}`;
    const outcome = await performTask(task, { key, input: value }, scope);
    if (outcome.state !== 'done') return outcome;
    value = outcome.output;
    const next = outcome.next ?? 'continue';
    if (next === 'end') return { state: 'ended', output: value };
    if (next === 'exit') break;
    index = next === 'continue' ? index + 1 : tasks.findIndex(({ name }) => name === next);
  }
  return { state: 'done', output: value };
}

/** Performs a task, or goes on with it, and writes down what came of it. */
export async function performTask(task: Task, from: { key: string; input: unknown }, scope: Scope): Promise<Outcome> {
  const kept = scope.journal.get(from.key);
  if (kept !== undefined && kept.state !== 'running' && kept.state !== 'waiting') return endedBefore(kept, from, scope);
  let step = kept;
  try {
    step ??= await begin(task, from, scope);
    if (step.state === 'skipped') return { state: 'done', output: from.input };
    if (timedOut(step, scope)) throw new Raised(fault('timeout', step.key, { detail: `It took longer than ${task.timeoutMs} ms.` }));
    const outcome = await performAction(task.action, step, scope);
    if (outcome.state === 'waiting') return waiting;
    if (outcome.state === 'raised') throw new Raised(outcome.error);
    if (outcome.state === 'ended') {
      end(step, scope, { state: 'done', output: outcome.output, next: 'end' });
      return outcome;
    }
    return await finish(task, { step, outcome }, scope);
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    const failed = step ?? scope.journal.begin({ ...from, name: task.name, kind: task.action.kind });
    scope.journal.cancelBelow(failed.key);
    end(failed, scope, { state: 'failed', error: error.fault });
    return { state: 'raised', error: error.fault };
  }
}

function endedBefore(kept: Step, from: { input: unknown }, scope: Scope): Outcome {
  if (kept.state === 'skipped') return { state: 'done', output: from.input };
  if (kept.state === 'cancelled') return waiting;
  if (kept.error !== null) return { state: 'raised', error: kept.error };
  if (kept.exported !== undefined) scope.context.value = kept.exported;
  if (kept.next === 'end') return { state: 'ended', output: kept.output };
  return { state: 'done', output: kept.output, next: kept.next ?? 'continue' };
}

async function begin(task: Task, { key, input }: { key: string; input: unknown }, scope: Scope): Promise<Step> {
  const about = { key, name: task.name, kind: task.action.kind };
  const wanted = task.if === undefined || holds(task.if, { key, input }, scope);
  const step = scope.journal.begin({
    ...about,
    input: wanted && task.input !== undefined ? await shaped(task.input, { key, input }, scope) : input,
  });
  if (!wanted) end(step, scope, { state: 'skipped' });
  else if (task.timeoutMs !== undefined) scope.journal.change(step, { timer: scope.effects.timer(task.timeoutMs) });
  return step;
}

function timedOut(step: Step, { arrival, journal }: Scope): boolean {
  if (arrival.kind === 'report' && arrival.job === step.timer) journal.change(step, { timedOut: true });
  return step.timedOut;
}

async function finish(task: Task, done: { step: Step; outcome: Outcome & { state: 'done' } }, scope: Scope): Promise<Outcome> {
  const { step, outcome } = done;
  const { key } = step;
  const output = task.output === undefined ? outcome.output : await shaped(task.output, { key, input: outcome.output }, scope);
  const next = outcome.next ?? task.next;
  if (task.export !== undefined) scope.context.value = await shaped(task.export, { key, input: output }, scope);
  end(step, scope, {
    state: 'done',
    output: output ?? null,
    next,
    ...(task.export === undefined ? {} : { exported: scope.context.value ?? null }),
  });
  return next === 'end' ? { state: 'ended', output } : { state: 'done', output, next };
}

function end(step: Step, scope: Scope, to: Parameters<Scope['journal']['change']>[1]): void {
  scope.journal.change(step, { ...to, endedAt: new Date(scope.now()) });
}
