import { isMembers, type Members, membersOf } from '../json.ts';
import { compileAction } from './compile-action.ts';
import type { CompileContext } from './compile-context.ts';
import type { Task, TaskList } from './task.ts';

const directives = new Set(['continue', 'exit', 'end']);
const common = ['if', 'input', 'output', 'export', 'timeout', 'then', 'metadata'];

/** Compiles a list of tasks as the definition writes it: objects with one member each, the task by its name. */
export function compileTasks(list: unknown, context: CompileContext): TaskList {
  if (!Array.isArray(list) || list.length === 0) return context.refuse('it is not a list of tasks');
  const tasks = list.map((item) => {
    const [entry, ...more] = isMembers(item) ? Object.entries(item) : [];
    if (entry === undefined || more.length > 0) return context.refuse('each item of a list is one task by its name');
    const [name, task] = entry;
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/.test(name))
      return context.refuse(`"${name.slice(0, 60)}" is not a name of letters, digits, - and _`);
    return compileTask(name, task, context.at(name));
  });
  const names = new Set(tasks.map(({ name }) => name));
  if (names.size < tasks.length) context.refuse('two tasks of one list have the same name');
  for (const task of tasks) {
    const targets = [task.next, ...(task.action.kind === 'switch' ? task.action.cases.map(({ next }) => next) : [])];
    const lost = targets.find((target) => !directives.has(target) && !names.has(target));
    if (lost !== undefined) context.at(task.name).refuse(`"then" names ${lost.slice(0, 60)}, which is no task of the same list`);
  }
  return tasks;
}

function compileTask(name: string, task: unknown, context: CompileContext): Task {
  context.countTask();
  const all = membersOf(task);
  const own = Object.fromEntries(Object.entries(all).filter(([member]) => !common.includes(member)));
  return {
    name,
    if: context.condition(all.if),
    input: context.template(part(all.input, 'from', context.at('input'))),
    output: context.template(part(all.output, 'as', context.at('output'))),
    export: context.template(part(all.export, 'as', context.at('export'))),
    timeoutMs: timeoutOf(all.timeout, context),
    next: typeof all.then === 'string' ? all.then : 'continue',
    action: compileAction(own, context),
  };
}

export function timeoutOf(timeout: unknown, context: CompileContext): number | undefined {
  if (timeout === undefined) return undefined;
  return context.at('timeout').duration(context.at('timeout').only(timeout, ['after']).after);
}

/** `input: { from }` and its like; schemas are refused rather than passed over. */
export function part(value: unknown, member: string, context: CompileContext): unknown {
  if (value === undefined) return undefined;
  const members: Members = context.only(value, [member]);
  return members[member];
}
