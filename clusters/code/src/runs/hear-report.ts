import { type HandlerContext, isUuid, type PlatformEvent } from '@etis/runtime/sdk';
import { compileDefinition } from '../definition/read-definition.ts';
import { membersOf, parsed } from '../json.ts';
import type { Definitions } from '../workflows/definitions.ts';
import { windTimetable } from '../workflows/timetables.ts';
import { beginRun, continueRun } from './begin-run.ts';

/** Hears how a job ended: of a step that waits for it, of a step whose time is up, or of a timetable. One that nothing waits for changes nothing. */
export async function hearReport(event: PlatformEvent, context: HandlerContext, definitions: Definitions): Promise<void> {
  const { job, result, error } = membersOf(event.data);
  if (typeof job !== 'string' || !isUuid(job)) return;
  const [step] = await context.tx.query<{ run_id: string }>(
    `select run_id from step where tenant_id = $1 and job_id = $2 and state = 'waiting'
     union all select run_id from step where tenant_id = $1 and timer_id = $2 and state in ('running', 'waiting') limit 1`,
    [context.tenant, job],
  );
  if (step === undefined) return tick(job, context, definitions);
  const reason = typeof error === 'string' ? error : 'The job ended without success and said no reason.';
  const arrival = { kind: 'report', job, done: event.type === 'job.done', result: result ?? null, reason } as const;
  await continueRun(step.run_id, { arrival, context, definitions });
}

/** Begins the run of a timetable, and asks for the timer of the next one. */
async function tick(job: string, context: HandlerContext, definitions: Definitions): Promise<void> {
  const [due] = await context.tx.query<{ id: string; version: number; concurrent: number; definition: string }>(
    `select w.id, w.version, w.concurrent, v.definition from workflow_tick t
     join workflow w on w.tenant_id = t.tenant_id and w.id = t.workflow_id and w.enabled
     join workflow_version v on v.tenant_id = w.tenant_id and v.workflow_id = w.id and v.version = w.version
     where t.tenant_id = $1 and t.job_id = $2`,
    [context.tenant, job],
  );
  if (due === undefined) return;
  const { id, version, concurrent, definition } = due;
  await windTimetable({ id, timetable: compileDefinition(membersOf(parsed(definition))).timetable }, context);
  await beginRun({ workflow: id, version, concurrent, trigger: 'schedule', cause: job, input: {}, event: null }, context, definitions);
}
