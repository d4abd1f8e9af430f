import {
  compileCondition,
  EtisError,
  type HandlerContext,
  type PlatformEvent,
  patternCovers,
  patternsFor,
  retryLater,
} from '@etis/runtime/sdk';
import type { Trigger } from '../definition/task.ts';
import { errors } from '../errors.ts';
import type { HeardEvent } from '../interpreter/scope.ts';
import { jsonOf } from '../json.ts';
import { limits } from '../limits.ts';
import type { Definitions } from '../workflows/definitions.ts';
import { beginRun, continueRun } from './begin-run.ts';

interface Interest {
  run_id: string | null;
  workflow_id: string | null;
  version: number | null;
  concurrent: number | null;
  pattern: string;
  condition: string | null;
}

/** Begins the runs that an event triggers, and lets those go on that wait for it. */
export async function hearEvent(event: PlatformEvent, context: HandlerContext, definitions: Definitions): Promise<void> {
  const interests = await context.tx.query<Interest>(
    `select null::uuid as run_id, t.workflow_id, w.version, w.concurrent, t.pattern, t.condition
     from workflow_trigger t join workflow w on w.tenant_id = t.tenant_id and w.id = t.workflow_id and w.enabled
     where t.tenant_id = $1 and t.pattern = any($2::text[])
     union all
     select run_id, null, null, null, pattern, null from listener where tenant_id = $1 and pattern = any($2::text[])`,
    [context.tenant, patternsFor(event.type)],
  );
  if (interests.length === 0) return;
  const heard = heardOf(event);
  if (Buffer.byteLength(jsonOf(heard)) > limits.value) {
    context.log.warn({ event: event.id, type: event.type }, 'an event is larger than a workflow takes; passed over');
    return;
  }
  for (const run of new Set(interests.flatMap(({ run_id }) => (run_id === null ? [] : [run_id])))) {
    await continueRun(run, { arrival: { kind: 'event', event: heard }, context, definitions });
  }
  const begun = new Set<string>();
  for (const { workflow_id: workflow, version, concurrent, ...trigger } of interests) {
    if (workflow === null || version === null || concurrent === null || begun.has(workflow) || !meets(trigger, heard)) continue;
    begun.add(workflow);
    const request = { workflow, version, concurrent, trigger: 'event', cause: event.id, input: event.data ?? null, event: heard } as const;
    await beginRun(request, context, definitions).catch(laterWhereFull);
  }
}

/** A condition that gives no answer is not met. */
function meets({ pattern, condition }: Trigger, event: HeardEvent): boolean {
  if (!patternCovers(pattern, event.type)) return false;
  if (condition === null) return true;
  try {
    return compileCondition(condition, ['event'])({ event });
  } catch (error) {
    if (error instanceof EtisError) return false;
    throw error;
  }
}

function laterWhereFull(error: unknown): never {
  if (error instanceof EtisError && error.code === errors.RUNS_FULL.code)
    throw retryLater(error.message, { afterMs: 60_000, cause: error });
  throw error;
}

function heardOf({ id, type, source, subject, time, project, region, data }: PlatformEvent): HeardEvent {
  return { id, type, source, subject, time, project, region, data: data ?? null };
}
