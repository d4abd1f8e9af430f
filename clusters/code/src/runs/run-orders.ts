import { type OperationContext, type Static, schema } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import type { Definitions } from '../workflows/definitions.ts';
import { advance, endRun, rootKey } from './advance.ts';
import { beginRun, beginWaiting } from './begin-run.ts';
import { lockRun, readSteps } from './run-record.ts';

/** The kinds of steps that hold others. */
const holders = ['do', 'for', 'fork', 'try'];

export const runStart = schema.Object(
  { workflow: schema.String({ minLength: 1, maxLength: 63 }), input: schema.Optional(schema.Unknown()) },
  { additionalProperties: false },
);
export const runKey = schema.Object({ id: schema.String({ format: 'uuid' }) }, { additionalProperties: false });
export const runRetry = schema.Object(
  { ...runKey.properties, step: schema.Optional(schema.String({ minLength: 1, maxLength: 2_000 })) },
  { additionalProperties: false },
);

/** Begins a run because somebody asks for it. @throws CODE_WORKFLOW_UNKNOWN, CODE_WORKFLOW_DISABLED, CODE_RUNS_FULL, CODE_INPUT_TOO_LARGE */
export async function startRun(
  { workflow, input = {} }: Static<typeof runStart>,
  context: OperationContext,
  definitions: Definitions,
): Promise<{ readonly id: string }> {
  const [row] = await context.tx.query<{ version: number; concurrent: number; enabled: boolean }>(
    'select version, concurrent, enabled from workflow where tenant_id = $1 and id = $2',
    [context.tenant, workflow],
  );
  if (row === undefined) throw errors.WORKFLOW_UNKNOWN(workflow);
  if (!row.enabled) throw errors.WORKFLOW_DISABLED(workflow);
  const { version, concurrent } = row;
  return beginRun({ workflow, version, concurrent, trigger: 'call', cause: context.origin.flow, input, event: null }, context, definitions);
}

/** Ends a run that has not ended. What it asked for before is not called back; its answer changes nothing. @throws CODE_RUN_UNKNOWN */
export async function cancelRun(id: string, context: OperationContext, definitions: Definitions): Promise<{ cancelled: boolean }> {
  const { tenant, tx, clock } = context;
  const run = await lockRun(id, context);
  if (run === undefined) throw errors.RUN_UNKNOWN(id);
  if (run.state !== 'running' && run.state !== 'queued') return { cancelled: false };
  await tx.query(
    "update step set state = 'cancelled', ended_at = $3 where tenant_id = $1 and run_id = $2 and state in ('running', 'waiting')",
    [tenant, id, new Date(clock.now())],
  );
  await tx.query('delete from listener where tenant_id = $1 and run_id = $2', [tenant, id]);
  await tx.query('delete from question where tenant_id = $1 and run_id = $2', [tenant, id]);
  await endRun({ run, outcome: { state: 'cancelled' }, failedStep: null }, context);
  if (run.state === 'running') await beginWaiting(run.workflow, context, definitions);
  return { cancelled: true };
}

/**
 * Lets a run that failed or was cancelled go on from a step, by default the one that failed, on the version that it began with. That step and every one that
 * began after it are done again, under new idempotency keys; those before it are not. @throws CODE_RUN_UNKNOWN, CODE_RUN_NOT_ENDED, CODE_STEP_UNKNOWN
 */
export async function retryRun(
  { id, step }: Static<typeof runRetry>,
  context: OperationContext,
  definitions: Definitions,
): Promise<{ readonly id: string }> {
  const { tenant, tx } = context;
  const run = await lockRun(id, context);
  if (run === undefined) throw errors.RUN_UNKNOWN(id);
  if (run.state !== 'failed' && run.state !== 'cancelled') throw errors.RUN_NOT_ENDED(id);
  const steps = await readSteps(id, context);
  const leaf = steps.filter(({ key }) => !steps.some((other) => other.key.startsWith(`${key}/`)));
  const from =
    step === undefined
      ? leaf.find(({ state }) => state === 'failed' || state === 'cancelled')
      : steps.find(({ key }) => key === step && key !== rootKey);
  if (from === undefined) throw errors.STEP_UNKNOWN(id, step ?? 'that failed');
  const around = steps.filter(({ key }) => from.key.startsWith(`${key}/`)).map(({ key }) => key);
  await tx.query('delete from step where tenant_id = $1 and run_id = $2 and number >= $3 and not key = any($4::text[])', [
    ...[tenant, id, from.number, around],
  ]);
  // What was cancelled with it goes on as well: what asked for something asks again, what holds other steps is open again.
  await tx.query(
    `delete from step where tenant_id = $1 and run_id = $2 and state = 'cancelled' and not kind = any($3::text[]) and not key = any($4::text[])`,
    [tenant, id, holders, around],
  );
  await tx.query(
    `update step set state = 'running', error = null, ended_at = null, output = null, timed_out = false, timer_id = null
     where tenant_id = $1 and run_id = $2 and (state = 'cancelled' or key = any($3::text[]))`,
    [tenant, id, around],
  );
  const retries = run.retries + 1;
  await tx.query(
    "update run set state = 'running', retries = $3, error = null, failed_step = null, ended_at = null where tenant_id = $1 and id = $2",
    [tenant, id, retries],
  );
  const again = { ...run, state: 'running', retries } as const;
  await advance({ run: again, arrival: { kind: 'retry' } }, context, definitions);
  return { id };
}
