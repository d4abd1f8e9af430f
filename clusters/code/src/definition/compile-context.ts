import { type Condition, compileCondition, errorText, isTypePattern } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { compileTemplate, expressionOf, type Template } from '../expressions/template.ts';
import { isMembers, type Members } from '../json.ts';
import { limits } from '../limits.ts';
import { durationOf } from './duration.ts';
import type { TaskList } from './task.ts';

/** The names that conditions know. */
const conditionNames = ['input', 'context', 'event', 'error', 'vars', 'workflow'] as const;

/** Reads parts of a definition and says where one is wrong. Counts tasks, over the whole definition. */
export interface CompileContext {
  readonly where: string;
  at(name: string): CompileContext;
  /** @throws CODE_DEFINITION_UNSUPPORTED */
  refuse(reason: string): never;
  /** Refuses members that are not among those that Code knows. */
  only(value: unknown, known: readonly string[]): Members;
  condition(value: unknown): Condition | undefined;
  template(value: unknown): Template | undefined;
  duration(value: unknown): number | undefined;
  pattern(value: unknown): string;
  countTask(): void;
  /** Compiles the tasks that a task holds. */
  tasks(list: unknown): TaskList;
}

type CompileTasks = (list: unknown, context: CompileContext) => TaskList;

export function createCompileContext(compileTasks: CompileTasks, { where = 'do', depth = 0, count = { tasks: 0 } } = {}): CompileContext {
  const refuse = (reason: string): never => {
    throw errors.DEFINITION_UNSUPPORTED(where.slice(0, 200), reason);
  };

  function tried<Result>(make: () => Result): Result {
    try {
      return make();
    } catch (error) {
      throw errors.EXPRESSION_INVALID.because({ cause: error }, where.slice(0, 200), errorText(error).slice(0, 300).replace(/\.$/, ''));
    }
  }

  const context: CompileContext = {
    where,
    at: (name) => {
      if (depth >= limits.depth * 3) refuse(`tasks lie more than ${limits.depth} deep in each other`);
      return createCompileContext(compileTasks, { where: `${where}/${name}`, depth: depth + 1, count });
    },
    refuse,
    only(value, known) {
      if (!isMembers(value)) return refuse('it is not an object');
      const other = Object.keys(value).find((name) => !known.includes(name));
      return other === undefined ? value : refuse(`"${other}" is not among ${known.join(', ')}`);
    },
    condition(value) {
      if (value === undefined) return undefined;
      if (typeof value === 'boolean') return () => value;
      if (typeof value !== 'string') return refuse('a condition is a text in CEL');
      return tried(() => compileCondition(expressionOf(value) ?? value, conditionNames));
    },
    template: (value) => (value === undefined ? undefined : tried(() => compileTemplate(value))),
    duration: (value) => (value === undefined ? undefined : tried(() => durationOf(value))),
    pattern(value) {
      if (typeof value !== 'string' || !isTypePattern(value))
        return refuse('"type" is not an event type, a prefix that ends in ".*", or "*"');
      return value;
    },
    countTask() {
      count.tasks += 1;
      if (count.tasks > limits.tasks) refuse(`a workflow has at most ${limits.tasks} tasks`);
    },
    tasks: (list) => compileTasks(list, context),
  };
  return context;
}
