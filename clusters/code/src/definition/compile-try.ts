import { isMembers, type Members, membersOf } from '../json.ts';
import type { CompileContext } from './compile-context.ts';
import type { Action, Retry } from './task.ts';

const maxAttempts = 20;

/** Compiles `try` with its `catch`. */
export function compileTry(own: Members, context: CompileContext): Action {
  const inner = context.at('catch');
  const caught = inner.only(own.catch ?? {}, ['errors', 'as', 'when', 'exceptWhen', 'retry', 'do']);
  const { as = 'error' } = caught;
  if (typeof as !== 'string' || !/^[a-z][A-Za-z0-9]{0,39}$/.test(as)) inner.refuse('"as" is not a name');
  const { with: catches = {} } = caught.errors === undefined ? {} : inner.only(caught.errors, ['with']);
  return {
    kind: 'try',
    tasks: context.at('try').tasks(own.try),
    catches: inner.only(catches, ['type', 'status', 'title', 'instance', 'details']),
    as: String(as),
    when: inner.condition(caught.when),
    exceptWhen: inner.condition(caught.exceptWhen),
    retry: caught.retry === undefined ? undefined : compileRetry(caught.retry, inner.at('retry')),
    otherwise: caught.do === undefined ? undefined : inner.at('do').tasks(caught.do),
  };
}

function compileRetry(value: unknown, context: CompileContext): Retry {
  if (!isMembers(value)) return context.refuse('a policy is written out where it is used, not named');
  const { delay, backoff = {}, limit } = context.only(value, ['delay', 'backoff', 'limit']);
  const [kind = 'constant'] = Object.keys(context.only(backoff, ['constant', 'linear', 'exponential']));
  const { attempt } = context.only(limit ?? {}, ['attempt']);
  const { count = 3 } = membersOf(attempt);
  if (!(typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= maxAttempts)) {
    return context.refuse(`"limit.attempt.count" is not a whole number from 1 to ${maxAttempts}`);
  }
  return { delayMs: context.duration(delay) ?? 1_000, backoff: kind as Retry['backoff'], attempts: count };
}
