import { patternCovers } from '@etis/runtime/sdk';
import type { Action, EventFilter } from '../definition/task.ts';
import { membersOf } from '../json.ts';
import { fault } from './fault.ts';
import type { Step } from './journal.ts';
import { type HeardEvent, holds, type Outcome, Raised, type Scope, shaped, waiting } from './scope.ts';

type Outside = Action & { kind: 'http' | 'script' | 'wait' | 'listen' | 'ask' };

/** Steps that something outside has to answer: the first time it is asked, from then on the answer is waited for. */
export async function performOutside(action: Outside, step: Step, scope: Scope): Promise<Outcome> {
  if (step.state === 'running') await ask(action, step, scope);
  else if (action.kind === 'listen') return hear(action, step, scope);
  else if (action.kind === 'ask') return answered(step, scope);
  else if (scope.arrival.kind === 'report' && scope.arrival.job === step.job) return reported(action, { step, report: scope.arrival });
  return waiting;
}

async function ask(action: Outside, step: Step, scope: Scope): Promise<void> {
  const { effects, journal } = scope;
  switch (action.kind) {
    case 'http':
      return journal.change(step, { state: 'waiting', job: effects.http(step, await shaped(action.request, step, scope)) });
    case 'script':
      return journal.change(step, {
        state: 'waiting',
        job: effects.script(step, { code: action.code, arguments: await shaped(action.arguments, step, scope) }),
      });
    case 'wait':
      return journal.change(step, { state: 'waiting', job: effects.timer(action.ms) });
    case 'ask':
      return journal.change(step, { state: 'waiting', memo: { question: effects.ask(step, await shaped(action.question, step, scope)) } });
    case 'listen':
      effects.listen(step, [...new Set(action.filters.map(({ pattern }) => pattern))]);
      return journal.change(step, { state: 'waiting', memo: action.filters.map(() => null) });
  }
}

function reported(action: Outside, { step, report }: { step: Step; report: Scope['arrival'] & { kind: 'report' } }): Outcome {
  const { key } = step;
  if (action.kind === 'wait') return { state: 'done', output: step.input };
  if (!report.done) throw new Raised(fault('runtime', key, { detail: report.reason }));
  const result = membersOf(report.result);
  if (action.kind === 'script') {
    if (typeof result.error === 'string') throw new Raised(fault('runtime', key, { detail: result.error }));
    return { state: 'done', output: result.value ?? null };
  }
  if (typeof result.failure === 'string') throw new Raised(fault('communication', key, { detail: result.failure }));
  const { status, body } = result;
  if (typeof status !== 'number' || status < 200 || status > 299) {
    const code = typeof status === 'number' ? status : 502;
    throw new Raised(
      fault('communication', key, {
        status: code,
        detail: `The answer was ${String(status)}: ${JSON.stringify(body ?? null).slice(0, 500)}`,
      }),
    );
  }
  return { state: 'done', output: action.kind === 'http' && action.output === 'response' ? result : (body ?? null) };
}

function answered(step: Step, { arrival }: Scope): Outcome {
  if (arrival.kind === 'refusal' && arrival.key === step.key)
    throw new Raised(fault('communication', step.key, { detail: arrival.reason }));
  return arrival.kind === 'answer' && arrival.key === step.key ? { state: 'done', output: arrival.answer } : waiting;
}

/** Takes an event that a filter is met by. Of `all`, each filter takes one event, and no event serves two filters. */
function hear(action: Action & { kind: 'listen' }, step: Step, scope: Scope): Outcome {
  const { arrival, journal } = scope;
  if (arrival.kind !== 'event') return waiting;
  const heard = step.memo as readonly (HeardEvent | null)[];
  const index = action.filters.findIndex((filter, at) => heard[at] === null && meets(filter, { step, event: arrival.event }, scope));
  if (index < 0) return waiting;
  const now = heard.with(index, arrival.event);
  journal.change(step, { memo: now });
  if (action.mode === 'all' && now.includes(null)) return waiting;
  return { state: 'done', output: now.flatMap((event) => (event === null ? [] : [event.data ?? null])) };
}

/** A condition that gives no answer is not met: an event of another shape is no error of the run. */
function meets({ pattern, condition }: EventFilter, { step, event }: { step: Step; event: HeardEvent }, scope: Scope): boolean {
  if (!patternCovers(pattern, event.type)) return false;
  if (condition === undefined) return true;
  try {
    return holds(condition, step, { ...scope, about: { ...scope.about, event } });
  } catch (error) {
    if (error instanceof Raised) return false;
    throw error;
  }
}
