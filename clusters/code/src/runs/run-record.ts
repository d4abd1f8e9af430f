import type { Origin, ProductTx } from '@etis/runtime/sdk';
import type { Fault } from '../interpreter/fault.ts';
import type { Step, StepState } from '../interpreter/journal.ts';
import type { HeardEvent } from '../interpreter/scope.ts';
import { jsonOf, parsed } from '../json.ts';

export type RunState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

/** A run as it is kept, without its steps. */
export interface RunRecord {
  readonly id: string;
  readonly workflow: string;
  readonly version: number;
  /** The version's own id. */
  readonly definition: string;
  readonly state: RunState;
  readonly input: unknown;
  readonly origin: Origin;
  readonly event: HeardEvent | null;
  readonly retries: number;
  readonly startedAt: Date | null;
}

interface RunRow {
  id: string;
  workflow_id: string;
  version: number;
  definition: string;
  state: RunState;
  input: string;
  origin: string;
  event: string | null;
  retries: number;
  started_at: Date | null;
}

const runColumns = `id, workflow_id, version, state, input, origin, event, retries, started_at,
  (select v.id from workflow_version v where v.tenant_id = run.tenant_id and v.workflow_id = run.workflow_id and v.version = run.version) as definition`;

/** Locks a run, so that nobody else advances it; undefined where there is none. */
export async function lockRun(id: string, { tenant, tx }: { tenant: string; tx: ProductTx }): Promise<RunRecord | undefined> {
  const [row] = await tx.query<RunRow>(`select ${runColumns} from run where tenant_id = $1 and id = $2 for update`, [tenant, id]);
  return row === undefined ? undefined : runOf(row);
}

/** Locks the run of a workflow that has waited for its turn the longest. */
export async function lockQueued(workflow: string, { tenant, tx }: { tenant: string; tx: ProductTx }): Promise<RunRecord | undefined> {
  const [row] = await tx.query<RunRow>(
    `select ${runColumns} from run where tenant_id = $1 and workflow_id = $2 and state = 'queued' order by position limit 1 for update skip locked`,
    [tenant, workflow],
  );
  return row === undefined ? undefined : runOf(row);
}

function runOf(row: RunRow): RunRecord {
  return {
    id: row.id,
    workflow: row.workflow_id,
    version: row.version,
    definition: row.definition,
    state: row.state,
    input: parsed(row.input),
    origin: parsed(row.origin) as Origin,
    event: parsed(row.event) as HeardEvent | null,
    retries: row.retries,
    startedAt: row.started_at,
  };
}

export interface StepRow {
  key: string;
  number: number;
  name: string;
  kind: string;
  state: StepState;
  attempt: number;
  input: string | null;
  output: string | null;
  exported: string | null;
  next: string | null;
  memo: string | null;
  error: string | null;
  job_id: string | null;
  timer_id: string | null;
  timed_out: boolean;
  started_at: Date;
  ended_at: Date | null;
}

export const stepColumns =
  'key, number, name, kind, state, attempt, input, output, exported, next, memo, error, job_id, timer_id, timed_out, started_at, ended_at';

export async function readSteps(run: string, { tenant, tx }: { tenant: string; tx: ProductTx }): Promise<readonly Step[]> {
  const rows = await tx.query<StepRow>(`select ${stepColumns} from step where tenant_id = $1 and run_id = $2 order by number`, [
    tenant,
    run,
  ]);
  return rows.map(stepOf);
}

function stepOf(row: StepRow): Step {
  const { key, number, name, kind, state, attempt, next } = row;
  const value = (text: string | null) => (text === null ? undefined : parsed(text));
  const error = parsed(row.error) as Fault | null;
  const kept = { input: value(row.input), output: value(row.output), exported: value(row.exported), memo: value(row.memo), error };
  const about = { job: row.job_id, timer: row.timer_id, timedOut: row.timed_out, startedAt: row.started_at, endedAt: row.ended_at };
  return { key, number, name, kind, state, attempt, next, ...kept, ...about };
}

/** Writes steps in one statement. */
export async function writeSteps(run: string, steps: readonly Step[], { tenant, tx }: { tenant: string; tx: ProductTx }): Promise<void> {
  if (steps.length === 0) return;
  const text = (value: unknown) => (value === undefined ? null : jsonOf(value));
  const rows = steps.map((step) => ({
    ...{ key: step.key, number: step.number, name: step.name, kind: step.kind, state: step.state, attempt: step.attempt, next: step.next },
    ...{ input: text(step.input), output: text(step.output), exported: text(step.exported), memo: text(step.memo) },
    ...{ error: step.error === null ? null : jsonOf(step.error), job_id: step.job, timer_id: step.timer, timed_out: step.timedOut },
    ...{ started_at: step.startedAt, ended_at: step.endedAt },
  }));
  await tx.query(
    `insert into step (tenant_id, run_id, ${stepColumns})
     select $1, $2, ${stepColumns} from json_to_recordset($3::json) as given (
       key text, number integer, name text, kind text, state text, attempt integer, input text, output text, exported text, next text, memo text,
       error text, job_id uuid, timer_id uuid, timed_out boolean, started_at timestamptz, ended_at timestamptz)
     on conflict (tenant_id, run_id, key) do update set state = excluded.state, attempt = excluded.attempt, output = excluded.output,
       exported = excluded.exported, next = excluded.next, memo = excluded.memo, error = excluded.error, job_id = excluded.job_id,
       timer_id = excluded.timer_id, timed_out = excluded.timed_out, ended_at = excluded.ended_at`,
    [tenant, run, JSON.stringify(rows)],
  );
}
