import type { Condition } from '@etis/runtime/sdk';
import type { Template } from '../expressions/template.ts';

/** Where a run goes on after a task: `continue`, `exit` (out of this list), `end` (of the run), or the name of a task in the same list. */
type Next = string;

export type TaskList = readonly Task[];

/** An event that a step waits for: its type or a prefix that ends in `.*`, and what must hold for it. */
export interface EventFilter {
  readonly pattern: string;
  /** CEL over `event`, `input`, `context` and `vars`, which is how events are correlated with the run. */
  readonly condition: Condition | undefined;
}

export interface Case {
  readonly name: string;
  /** Undefined in the case that is taken where no other is. */
  readonly when: Condition | undefined;
  readonly next: Next;
}

export interface Retry {
  readonly delayMs: number;
  readonly backoff: 'constant' | 'linear' | 'exponential';
  /** How often it is tried in all. */
  readonly attempts: number;
}

export type Action =
  | { readonly kind: 'do'; readonly tasks: TaskList }
  | { readonly kind: 'set'; readonly value: Template }
  | { readonly kind: 'switch'; readonly cases: readonly Case[] }
  | {
      readonly kind: 'for';
      readonly each: string;
      readonly at: string;
      readonly in: Template;
      readonly while: Condition | undefined;
      readonly tasks: TaskList;
    }
  | { readonly kind: 'fork'; readonly compete: boolean; readonly branches: TaskList }
  | {
      readonly kind: 'try';
      readonly tasks: TaskList;
      /** Members that an error has to have to be caught; none catches all. */
      readonly catches: Readonly<Record<string, unknown>>;
      readonly as: string;
      readonly when: Condition | undefined;
      readonly exceptWhen: Condition | undefined;
      readonly retry: Retry | undefined;
      readonly otherwise: TaskList | undefined;
    }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'raise'; readonly error: Template }
  | { readonly kind: 'emit'; readonly event: Template }
  | { readonly kind: 'http'; readonly request: Template; readonly output: 'content' | 'response' }
  | { readonly kind: 'ask'; readonly question: Template }
  | { readonly kind: 'script'; readonly code: string; readonly arguments: Template }
  | { readonly kind: 'listen'; readonly mode: 'one' | 'any' | 'all'; readonly filters: readonly EventFilter[] };

export interface Task {
  readonly name: string;
  readonly if: Condition | undefined;
  readonly input: Template | undefined;
  readonly output: Template | undefined;
  readonly export: Template | undefined;
  readonly next: Next;
  readonly timeoutMs: number | undefined;
  readonly action: Action;
}

/** An event that begins a run. `condition` is CEL over `event`, as text. */
export interface Trigger {
  readonly pattern: string;
  readonly condition: string | null;
}

export type Timetable = { readonly cron: string } | { readonly everyMs: number };

/** A workflow that was read and found to be one that Code runs. */
export interface Definition {
  readonly name: string;
  readonly tasks: TaskList;
  readonly input: Template | undefined;
  readonly output: Template | undefined;
  readonly timeoutMs: number | undefined;
  readonly triggers: readonly Trigger[];
  readonly timetable: Timetable | undefined;
}
