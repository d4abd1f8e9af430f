import { type OperationContext, type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { parsed } from '../json.ts';
import { type Page, pageMembers, pageOf } from '../page.ts';
import { masked } from './masked.ts';
import { type RunState, type StepRow, stepColumns } from './run-record.ts';

export const runsPage = schema.Object(
  {
    ...pageMembers,
    workflow: schema.Optional(schema.String({ minLength: 1, maxLength: 63 })),
    state: schema.Optional(schema.Union(['queued', 'running', 'completed', 'failed', 'cancelled'].map((state) => schema.Literal(state)))),
  },
  { additionalProperties: false },
);

/** A run as people see it. Times are RFC 3339 in UTC. */
export interface Run {
  readonly id: string;
  readonly workflow: string;
  readonly version: number;
  readonly state: RunState;
  readonly trigger: 'event' | 'schedule' | 'call';
  readonly flow: string;
  readonly failedStep: string | null;
  readonly error: unknown;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** A run in full. What looks like a credential by its name is masked. */
export interface RunDetail extends Run {
  readonly input: unknown;
  readonly output: unknown;
  readonly steps: readonly RunStep[];
}

export interface RunStep {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly attempt: number;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly job: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

interface Row {
  position: string;
  id: string;
  workflow_id: string;
  version: number;
  state: RunState;
  trigger: Run['trigger'];
  flow: string;
  failed_step: string | null;
  error: string | null;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
}

const columns =
  "position, id, workflow_id, version, state, trigger, origin::json ->> 'flow' as flow, failed_step, error, created_at, started_at, ended_at";

export function listRuns({ workflow, state, ...page }: Static<typeof runsPage>, { tenant, tx }: OperationContext): Promise<Page<Run>> {
  return pageOf(
    page,
    ({ before, limit }) =>
      tx.query<Row>(
        `select ${columns} from run
         where tenant_id = $1 and ($2::bigint is null or position < $2) and ($3::text is null or workflow_id = $3) and ($4::text is null or state = $4)
         order by position desc limit $5`,
        [tenant, before, workflow ?? null, state ?? null, limit],
      ),
    runOf,
  );
}

/** @throws CODE_RUN_UNKNOWN */
export async function getRun(id: string, { tenant, tx }: OperationContext): Promise<RunDetail> {
  const [row] = await tx.query<Row & { input: string; output: string | null }>(
    `select ${columns}, input, output from run where tenant_id = $1 and id = $2`,
    [tenant, id],
  );
  if (row === undefined) throw errors.RUN_UNKNOWN(id);
  const steps = await tx.query<StepRow>(`select ${stepColumns} from step where tenant_id = $1 and run_id = $2 order by number`, [
    tenant,
    id,
  ]);
  return { ...runOf(row), input: masked(parsed(row.input)), output: masked(parsed(row.output)), steps: steps.map(runStepOf) };
}

function runOf(row: Row): Run {
  const { id, version, state, trigger, flow, failed_step: failedStep } = row;
  const times = { createdAt: row.created_at.toISOString(), startedAt: iso(row.started_at), endedAt: iso(row.ended_at) };
  return { id, workflow: row.workflow_id, version, state, trigger, flow, failedStep, error: parsed(row.error), ...times };
}

function runStepOf(row: StepRow): RunStep {
  const { key, name, kind, state, attempt, job_id: job } = row;
  const values = { input: masked(parsed(row.input)), output: masked(parsed(row.output)), error: parsed(row.error) };
  return { key, name, kind, state, attempt, ...values, job, startedAt: row.started_at.toISOString(), endedAt: iso(row.ended_at) };
}

function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
