import { jsonOf } from '../json.ts';
import { limits } from '../limits.ts';
import { type Fault, RunLimitError } from './fault.ts';

export type StepState = 'running' | 'waiting' | 'done' | 'skipped' | 'failed' | 'cancelled';

/** One step of a run as it is kept. Only the journal changes it. */
export interface Step {
  readonly key: string;
  readonly number: number;
  readonly name: string;
  readonly kind: string;
  state: StepState;
  attempt: number;
  input: unknown;
  output: unknown;
  /** The context that it exported; undefined where it exported none. */
  exported: unknown;
  next: string | null;
  memo: unknown;
  error: Fault | null;
  job: string | null;
  timer: string | null;
  timedOut: boolean;
  readonly startedAt: Date;
  endedAt: Date | null;
}

/** The steps of one run while it is advanced: what was done is read from it, what is done is written to it, and nothing else is state. */
export interface Journal {
  get(key: string): Step | undefined;
  /** @throws RunLimitError where the run has more steps, or larger ones, than it may */
  begin(step: { key: string; name: string; kind: string; input: unknown }): Step;
  change(step: Step, to: Partial<Omit<Step, 'key' | 'number' | 'name' | 'kind' | 'startedAt'>>): void;
  /** Ends what is open below a step, itself left out. */
  cancelBelow(key: string): void;
  /** What has to be written. */
  changed(): readonly Step[];
  all(): readonly Step[];
}

export function createJournal(kept: readonly Step[], now: () => number): Journal {
  const steps = new Map(kept.map((step) => [step.key, step]));
  const changed = new Set<Step>();
  let number = kept.reduce((highest, step) => Math.max(highest, step.number), 0);
  let bytes = kept.reduce((sum, step) => sum + sizeOf(step.input) + sizeOf(step.output) + sizeOf(step.memo), 0);

  function weigh(key: string, value: unknown): void {
    const size = sizeOf(value);
    if (size > limits.value) throw new RunLimitError(key, `a value has ${size} bytes of JSON, more than ${limits.value}`);
    bytes += size;
    if (bytes > limits.journal) throw new RunLimitError(key, `its steps keep more than ${limits.journal} bytes`);
  }

  function change(step: Step, to: Parameters<Journal['change']>[1]): void {
    for (const value of [to.output, to.memo, to.exported]) if (value !== undefined) weigh(step.key, value);
    Object.assign(step, to);
    changed.add(step);
  }

  return {
    get: (key) => steps.get(key),
    begin({ key, name, kind, input }) {
      if (steps.size >= limits.steps) throw new RunLimitError(key, `it has more than ${limits.steps} steps`);
      weigh(key, input);
      number += 1;
      const none = {
        output: undefined,
        exported: undefined,
        next: null,
        memo: undefined,
        error: null,
        job: null,
        timer: null,
        endedAt: null,
      };
      const started = { state: 'running', attempt: 1, timedOut: false, startedAt: new Date(now()) } as const;
      const step: Step = { key, number, name, kind, input, ...none, ...started };
      steps.set(key, step);
      changed.add(step);
      return step;
    },
    change,
    cancelBelow(key) {
      for (const step of steps.values()) {
        if (step.key.startsWith(`${key}/`) && (step.state === 'running' || step.state === 'waiting')) {
          change(step, { state: 'cancelled', endedAt: new Date(now()) });
        }
      }
    },
    changed: () => [...changed],
    all: () => [...steps.values()],
  };
}

function sizeOf(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(jsonOf(value));
}
