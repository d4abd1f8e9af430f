import { isUuid, type JobReport, type PlatformEvent, terminal } from '@etis/runtime/sdk';
import { members, timeOf } from './event-members.ts';
import { asBody } from './plain-text.ts';

/** How a job ended, as Nudge hears of it. */
export interface Report extends Pick<JobReport, 'job' | 'kind' | 'result'> {
  readonly done: boolean;
  /** RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  /** Of a job that ended without success: why, in at most 1,000 characters. */
  readonly reason: string;
}

/** Reads `job.done` and `job.dead`. @throws TerminalError for an event that is not a report. */
export function reportOf({ id, type, data, time }: PlatformEvent): Report {
  const { job, kind, result, error } = members(data);
  if (typeof job !== 'string' || !isUuid(job) || typeof kind !== 'string') {
    throw terminal(`The report ${id} names no job and kind. It was not written by the jobs of this platform; discard it.`);
  }
  const reason = asBody(typeof error === 'string' ? error : '', 1_000) || 'The job ended without success and said no reason.';
  return { job, kind, result: result ?? null, done: type === 'job.done', at: timeOf(time, time), reason };
}
