import { isMembers, type Members } from '../json.ts';
import { compileCall } from './compile-call.ts';
import type { CompileContext } from './compile-context.ts';
import { compileTry } from './compile-try.ts';
import type { Action, Case, EventFilter } from './task.ts';

/** Compiles what a task does. `own` is the task without what every task may have. */
export function compileAction(own: Members, context: CompileContext): Action {
  if ('try' in own) return compileTry(context.only(own, ['try', 'catch']), context);
  if ('for' in own) return compileFor(context.only(own, ['for', 'while', 'do']), context);
  if ('call' in own) return compileCall(context.only(own, ['call', 'with']), context);
  const [name = ''] = Object.keys(context.only(own, ['do', 'set', 'switch', 'fork', 'wait', 'raise', 'emit', 'listen', 'run']));
  const value = own[name];
  const inner = context.at(name);
  switch (name) {
    case 'do':
      return { kind: 'do', tasks: inner.tasks(value) };
    case 'set':
      return { kind: 'set', value: inner.template(value) ?? inner.refuse('it sets nothing') };
    case 'switch':
      return { kind: 'switch', cases: compileCases(value, inner) };
    case 'fork': {
      const { branches, compete = false } = inner.only(value, ['branches', 'compete']);
      return { kind: 'fork', compete: compete === true, branches: inner.tasks(branches) };
    }
    case 'wait':
      return { kind: 'wait', ms: inner.duration(value) ?? 0 };
    case 'raise':
      return { kind: 'raise', error: compileRaise(value, inner) };
    case 'emit': {
      const event = inner.only(inner.only(value, ['event']).event, ['with']).with;
      const { type } = inner.only(event, ['type', 'source', 'subject', 'data']);
      if (typeof type !== 'string' || !/^code\.event\.[a-z0-9][a-z0-9._-]{0,80}$/.test(type))
        inner.refuse('"type" does not start with "code.event."');
      return { kind: 'emit', event: inner.template(event) ?? inner.refuse('it names no event') };
    }
    case 'listen':
      return compileListen(inner.only(value, ['to']).to, inner);
    case 'run': {
      const script = inner.only(inner.only(value, ['script']).script, ['language', 'code', 'arguments']);
      if (script.language !== 'javascript' && script.language !== 'js') inner.refuse('"language" is not javascript');
      if (typeof script.code !== 'string' || script.code.length > 32_768)
        return inner.refuse('"code" is not a text of at most 32,768 characters');
      return {
        kind: 'script',
        code: script.code,
        arguments: inner.template(script.arguments ?? {}) ?? inner.refuse('it has no arguments'),
      };
    }
    default:
      return context.refuse('it is none of do, set, switch, fork, for, try, wait, raise, emit, listen, call, run');
  }
}

function compileFor(own: Members, context: CompileContext): Action {
  const { each = 'item', in: items, at = 'index' } = context.at('for').only(own.for, ['each', 'in', 'at']);
  const from = context.at('for').template(items) ?? context.refuse('"in" names no items');
  for (const name of [each, at])
    if (typeof name !== 'string' || !/^[a-z][A-Za-z0-9]{0,39}$/.test(name)) context.refuse('"each" and "at" are names');
  const tasks = context.at('do').tasks(own.do);
  return { kind: 'for', each: String(each), at: String(at), in: from, while: context.condition(own.while), tasks };
}

function compileCases(value: unknown, context: CompileContext): readonly Case[] {
  if (!Array.isArray(value)) return context.refuse('it is not a list of cases');
  return value.map((item) => {
    const [entry] = isMembers(item) ? Object.entries(item) : [];
    if (entry === undefined) return context.refuse('each item is one case by its name');
    const [name, given] = entry;
    const { when, then } = context.at(name).only(given, ['when', 'then']);
    if (typeof then !== 'string') return context.at(name).refuse('"then" is missing');
    return { name, when: context.at(name).condition(when), next: then };
  });
}

function compileRaise(value: unknown, context: CompileContext): NonNullable<ReturnType<CompileContext['template']>> {
  const { error } = context.only(value, ['error']);
  if (typeof error === 'string') return context.refuse('an error is written out where it is raised, not named');
  return context.template(context.only(error, ['type', 'status', 'title', 'detail', 'instance'])) ?? context.refuse('it names no error');
}

function compileListen(to: unknown, context: CompileContext): Action {
  const { one, any, all } = context.only(to, ['one', 'any', 'all']);
  const filters = one === undefined ? (any ?? all) : [one];
  if (!Array.isArray(filters) || filters.length === 0 || filters.length > 20) return context.refuse('it names no events, or more than 20');
  const mode = one === undefined ? (any === undefined ? 'all' : 'any') : 'one';
  return { kind: 'listen', mode, filters: filters.map((filter) => compileFilter(filter, context)) };
}

function compileFilter(filter: unknown, context: CompileContext): EventFilter {
  const { type, data } = context.only(context.only(filter, ['with']).with, ['type', 'data']);
  return { pattern: context.pattern(type), condition: context.condition(data) };
}
