import { createHash } from 'node:crypto';
import { errors } from '../errors.ts';
import type { HeardEvent } from '../interpreter/scope.ts';
import { jsonOf } from '../json.ts';
import { limits } from '../limits.ts';
import type { Definitions } from '../workflows/definitions.ts';
import { advance, type RunContext } from './advance.ts';
import { uuidOf } from './run-effects.ts';
import { lockQueued, lockRun, type RunRecord } from './run-record.ts';

export interface RunRequest {
  readonly workflow: string;
  readonly version: number;
  readonly concurrent: number;
  readonly trigger: 'event' | 'schedule' | 'call';
  /** What it is begun by: the same cause begins a workflow once. */
  readonly cause: string;
  readonly input: unknown;
  readonly event: HeardEvent | null;
}

/** Keeps a run and begins it, or lets it wait where as many runs of its workflow go on as may. @throws CODE_RUNS_FULL, CODE_INPUT_TOO_LARGE */
export async function beginRun(request: RunRequest, context: RunContext, definitions: Definitions): Promise<{ readonly id: string }> {
  const { tenant, tx, clock } = context;
  const id = uuidOf(createHash('sha256').update(`${request.cause}\n${request.workflow}`).digest('hex'));
  const input = jsonOf(request.input);
  if (Buffer.byteLength(input) > limits.value) throw errors.INPUT_TOO_LARGE(Buffer.byteLength(input), limits.value);
  // Whoever begins a run of this workflow does so in turn, so that what is counted is true.
  const [going] = await tx.query<{ count: number }>(
    `with turn as (select 1 from workflow where tenant_id = $1 and id = $2 for no key update)
     select count(*)::int as count from turn,
       lateral (select 1 from run where tenant_id = $1 and workflow_id = $2 and state = 'running' limit $3) as going`,
    [tenant, request.workflow, request.concurrent],
  );
  const queued = (going?.count ?? 0) >= request.concurrent;
  if (queued) await checkQueue(context);
  const now = new Date(clock.now());
  const [kept] = await tx.query<{ definition: string }>(
    `insert into run (tenant_id, id, workflow_id, version, state, trigger, input, origin, event, created_at, started_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (tenant_id, id) do nothing
     returning (select v.id from workflow_version v where v.tenant_id = $1 and v.workflow_id = $3 and v.version = $4) as definition`,
    [
      ...[tenant, id, request.workflow, request.version, queued ? 'queued' : 'running', request.trigger, input],
      ...[jsonOf(context.origin), request.event === null ? null : jsonOf(request.event), now, queued ? null : now],
    ],
  );
  if (kept === undefined || queued) return { id };
  const { workflow, version, event } = request;
  const run: RunRecord = {
    id,
    workflow,
    version,
    definition: kept.definition,
    state: 'running',
    input: request.input,
    origin: context.origin,
    event,
    retries: 0,
    startedAt: now,
  };
  await start(run, context, definitions);
  return { id };
}

async function start(run: RunRecord, context: RunContext, definitions: Definitions): Promise<{ readonly ended: boolean }> {
  const data = { workflow: run.workflow, version: run.version, run: run.id };
  context.emit({ type: 'code.run.started', subject: run.id, data, origin: run.origin });
  return advance({ run, arrival: { kind: 'start' } }, context, definitions);
}

async function checkQueue({ tenant, tx }: RunContext): Promise<void> {
  const [waiting] = await tx.query<{ count: number }>(
    "select count(*)::int as count from (select 1 from run where tenant_id = $1 and state = 'queued' limit $2) as queued",
    [tenant, limits.openRuns],
  );
  if ((waiting?.count ?? 0) >= limits.openRuns) throw errors.RUNS_FULL(limits.openRuns);
}

/** How many runs that end at once may follow each other in one transaction. */
const drained = 100;

/** After a run of a workflow has ended: lets the one go on that waited the longest, and another where that one ended at once. */
export async function beginWaiting(workflow: string, context: RunContext, definitions: Definitions): Promise<void> {
  for (let count = 0; count < drained; count += 1) {
    const next = await lockQueued(workflow, context);
    if (next === undefined) return;
    const startedAt = new Date(context.clock.now());
    await context.tx.query("update run set state = 'running', started_at = $3 where tenant_id = $1 and id = $2", [
      context.tenant,
      next.id,
      startedAt,
    ]);
    const { ended } = await start({ ...next, state: 'running', startedAt }, context, definitions);
    if (!ended) return;
  }
}

/** Advances a run that goes on; one that has ended hears nothing any more. */
export async function continueRun(
  id: string,
  { arrival, context, definitions }: { arrival: Parameters<typeof advance>[0]['arrival']; context: RunContext; definitions: Definitions },
): Promise<boolean> {
  const run = await lockRun(id, context);
  if (run === undefined || run.state !== 'running') return false;
  const { ended } = await advance({ run, arrival }, context, definitions);
  if (ended) await beginWaiting(run.workflow, context, definitions);
  return true;
}
