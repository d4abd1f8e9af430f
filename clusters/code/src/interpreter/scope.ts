import { type Condition, EtisError } from '@etis/runtime/sdk';
import type { Task, TaskList } from '../definition/task.ts';
import { reasonOf } from '../expressions/shape.ts';
import type { Template } from '../expressions/template.ts';
import { type Fault, fault } from './fault.ts';
import type { Journal, Step } from './journal.ts';

/** The event that began a run, or that a step hears, as expressions see it. */
export interface HeardEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string | null;
  readonly time: string;
  readonly project: string | null;
  readonly region: string | null;
  readonly data: unknown;
}

/** What lets a run go on. */
export type Arrival =
  | { readonly kind: 'start' | 'retry' }
  | { readonly kind: 'report'; readonly job: string; readonly done: boolean; readonly result: unknown; readonly reason: string }
  | { readonly kind: 'event'; readonly event: HeardEvent }
  | { readonly kind: 'answer'; readonly key: string; readonly answer: unknown }
  | { readonly kind: 'refusal'; readonly key: string; readonly reason: string };

/** What leaves a run. Each asks once, in the transaction that writes the journal, and gives the id by which the answer is known. */
export interface Effects {
  http(step: Step, request: unknown): string;
  script(step: Step, script: { code: string; arguments: unknown }): string;
  timer(ms: number): string;
  emit(event: unknown): void;
  ask(step: Step, question: unknown): string;
  listen(step: Step, patterns: readonly string[]): void;
}

/** Where a step is performed: values by name, and the way out. `context` is shared along a list and apart in each branch of a fork. */
export interface Scope {
  readonly journal: Journal;
  readonly effects: Effects;
  readonly arrival: Arrival;
  readonly now: () => number;
  readonly about: { readonly event: HeardEvent | null; readonly workflow: unknown };
  readonly vars: Readonly<Record<string, unknown>>;
  readonly context: { value: unknown };
  /** How tasks within tasks are performed. */
  readonly perform: Perform;
}

interface From {
  readonly key: string;
  readonly input: unknown;
}

interface Perform {
  list(tasks: TaskList, from: From, scope: Scope): Promise<Outcome>;
  task(task: Task, from: From, scope: Scope): Promise<Outcome>;
}

/** How far a step or a list came. */
export type Outcome =
  | { readonly state: 'done'; readonly output: unknown; readonly next?: string }
  | { readonly state: 'waiting' }
  | { readonly state: 'raised'; readonly error: Fault }
  | { readonly state: 'ended'; readonly output: unknown };

export const waiting: Outcome = Object.freeze({ state: 'waiting' });

/** An error of the run that travels as an exception to the step that it belongs to. */
export class Raised extends Error {
  override readonly name = 'Raised';
  readonly fault: Fault;
  constructor(raised: Fault) {
    super(raised.title);
    this.fault = raised;
  }
}

/** @throws Raised */
export async function shaped(template: Template, step: { key: string; input: unknown }, scope: Scope): Promise<unknown> {
  const { event, workflow } = scope.about;
  try {
    return await template(step.input, { ...scope.vars, input: step.input, context: scope.context.value, event, workflow });
  } catch (error) {
    throw new Raised(fault('expression', step.key, { detail: reasonOf(error) }));
  }
}

/** @throws Raised */
export function holds(condition: Condition, step: { key: string; input: unknown }, scope: Scope): boolean {
  const { event, workflow } = scope.about;
  const { vars } = scope;
  try {
    return condition({ input: step.input, context: scope.context.value, event, workflow, vars, error: vars.error ?? null });
  } catch (error) {
    if (!(error instanceof EtisError)) throw error;
    throw new Raised(fault('expression', step.key, { detail: error.message }));
  }
}
