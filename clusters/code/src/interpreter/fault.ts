import { membersOf } from '../json.ts';

/** An error of a run, as Serverless Workflow describes one (RFC 9457). */
export interface Fault {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | null;
  /** The key of the step that it came from. */
  readonly instance: string;
}

const base = 'https://serverlessworkflow.io/spec/1.0.0/errors/';
const standard = {
  communication: { status: 502, title: 'Communication failed' },
  timeout: { status: 408, title: 'Time is up' },
  expression: { status: 400, title: 'An expression failed' },
  runtime: { status: 500, title: 'A step failed' },
  limit: { status: 413, title: 'The run is larger than it may be' },
} as const;

export function fault(kind: keyof typeof standard, instance: string, about: { detail: string; status?: number }): Fault {
  const { status, title } = standard[kind];
  return { type: `${base}${kind}`, status: about.status ?? status, title, detail: about.detail.slice(0, 1_000), instance };
}

/** What a definition raises, with what it left out. */
export function raisedFault(value: unknown, instance: string): Fault {
  const { type, status, title, detail } = membersOf(value);
  return {
    type: typeof type === 'string' ? type.slice(0, 200) : `${base}runtime`,
    status: typeof status === 'number' ? status : 500,
    title: typeof title === 'string' ? title.slice(0, 200) : 'Raised by the workflow',
    detail: typeof detail === 'string' ? detail.slice(0, 1_000) : null,
    instance,
  };
}

/** What no `catch` catches: it ends the run. */
export class RunLimitError extends Error {
  override readonly name = 'RunLimitError';
  readonly fault: Fault;
  constructor(instance: string, detail: string) {
    super(detail);
    this.fault = fault('limit', instance, { detail });
  }
}
