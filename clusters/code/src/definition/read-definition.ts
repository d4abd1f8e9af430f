import { compileCondition, errorText } from '@etis/runtime/sdk';
import { Cron } from 'croner';
import { parseDocument } from 'yaml';
import { errors } from '../errors.ts';
import { expressionOf } from '../expressions/template.ts';
import { isMembers, type Members } from '../json.ts';
import { limits } from '../limits.ts';
import { type CompileContext, createCompileContext } from './compile-context.ts';
import { compileTasks, part, timeoutOf } from './compile-task.ts';
import type { Definition, Timetable, Trigger } from './task.ts';

/** Reads YAML or JSON into plain values. Aliases are refused: a few of them make a small text a huge value. @throws CODE_DEFINITION_UNREADABLE */
export function parseDefinition(text: string): Members {
  if (text.length > limits.definition) throw errors.DEFINITION_UNREADABLE(`it has more than ${limits.definition} characters`);
  let value: unknown;
  try {
    const document = parseDocument(text, { version: '1.2', schema: 'core', merge: false, uniqueKeys: true, prettyErrors: false });
    if (document.errors[0] !== undefined) throw document.errors[0];
    value = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 0 })) ?? 'null');
  } catch (error) {
    throw errors.DEFINITION_UNREADABLE.because({ cause: error }, errorText(error).slice(0, 200).replace(/\.$/, ''));
  }
  if (!isMembers(value)) throw errors.DEFINITION_UNREADABLE('it is not an object');
  return value;
}

/** Compiles a definition that is one by the specification. @throws CODE_DEFINITION_UNSUPPORTED, CODE_EXPRESSION_INVALID */
export function compileDefinition(value: Members): Definition {
  const root = createCompileContext(compileTasks, { where: 'the workflow' });
  const {
    document,
    input,
    output,
    timeout,
    schedule,
    do: tasks,
  } = root.only(value, [...['document', 'input', 'output', 'timeout', 'schedule', 'do']]);
  const { name, dsl } = root.at('document').only(document, ['dsl', 'namespace', 'name', 'version', 'title', 'summary', 'tags', 'metadata']);
  if (typeof dsl !== 'string' || !/^1\.0\.\d+$/.test(dsl)) root.at('document').refuse('"dsl" is not 1.0');
  if (typeof name !== 'string' || !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
    return root.at('document').refuse('"name" is not a name');
  return {
    name,
    tasks: compileTasks(tasks, createCompileContext(compileTasks)),
    input: root.template(part(input, 'from', root.at('input'))),
    output: root.template(part(output, 'as', root.at('output'))),
    timeoutMs: timeoutOf(timeout, root),
    ...scheduleOf(schedule, root.at('schedule')),
  };
}

function scheduleOf(schedule: unknown, context: CompileContext): { triggers: readonly Trigger[]; timetable: Timetable | undefined } {
  if (schedule === undefined) return { triggers: [], timetable: undefined };
  const { on, cron, every } = context.only(schedule, ['on', 'cron', 'every']);
  return { triggers: on === undefined ? [] : triggersOf(on, context.at('on')), timetable: timetableOf({ cron, every }, context) };
}

function triggersOf(on: unknown, context: CompileContext): readonly Trigger[] {
  const { one, any } = context.only(on, ['one', 'any']);
  const filters = one === undefined ? any : [one];
  if (!Array.isArray(filters) || filters.length === 0 || filters.length > 20) return context.refuse('it names no events, or more than 20');
  return filters.map((filter) => {
    const { type, data } = context.only(context.only(filter, ['with']).with, ['type', 'data']);
    const pattern = context.pattern(type);
    if (pattern === '*' || pattern.startsWith('code.run.')) context.refuse('a run may not begin with every event, nor with those of runs');
    if (data === undefined) return { pattern, condition: null };
    if (typeof data !== 'string') return context.refuse('"data" is not a condition in CEL');
    context.condition(data);
    const condition = expressionOf(data) ?? data;
    compileCondition(condition, ['event']);
    return { pattern, condition };
  });
}

const shortestMs = 10_000;

function timetableOf({ cron, every }: Members, context: CompileContext): Timetable | undefined {
  if (cron !== undefined && every !== undefined) context.refuse('it names both cron and every');
  if (every !== undefined) {
    const everyMs = context.duration(every) ?? 0;
    return everyMs >= shortestMs ? { everyMs } : context.refuse('"every" is less than 10 seconds');
  }
  if (cron === undefined) return undefined;
  if (typeof cron !== 'string' || cron.trim().split(/\s+/).length !== 5) return context.refuse('"cron" is not a text of five fields');
  try {
    new Cron(cron, { paused: true, timezone: 'UTC' });
  } catch (error) {
    return context.refuse(`"cron" cannot be read: ${errorText(error).slice(0, 200)}`);
  }
  return { cron };
}

/** When a timetable comes next after a time, in milliseconds since 1970; null where it never does. */
export function nextTime(timetable: Timetable, after: number): number | null {
  if ('everyMs' in timetable) return after + timetable.everyMs;
  return new Cron(timetable.cron, { paused: true, timezone: 'UTC' }).nextRun(new Date(after))?.getTime() ?? null;
}
