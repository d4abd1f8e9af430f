import type { Outlet, ProductContext } from '@etis/runtime/sdk';
import { nextTime } from '../definition/read-definition.ts';
import type { Timetable } from '../definition/task.ts';

/**
 * Asks for the timer of a workflow's next run, in the transaction that decides on it. There is one timer for each workflow: one that was asked for before
 * is forgotten, and its report is nobody's.
 */
export async function windTimetable(
  { id, timetable }: { id: string; timetable: Timetable | undefined },
  context: ProductContext & Outlet,
): Promise<void> {
  const now = context.clock.now();
  const next = timetable === undefined ? null : nextTime(timetable, now);
  if (next === null) return stopTimetable(id, context);
  const job = context.enqueue('timer', {}, { delayMs: Math.max(0, next - now), report: true });
  await context.tx.query(
    `insert into workflow_tick (tenant_id, workflow_id, job_id, due_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, workflow_id) do update set job_id = excluded.job_id, due_at = excluded.due_at`,
    [context.tenant, id, job, new Date(next)],
  );
}

export async function stopTimetable(id: string, { tenant, tx }: ProductContext): Promise<void> {
  await tx.query('delete from workflow_tick where tenant_id = $1 and workflow_id = $2', [tenant, id]);
}
