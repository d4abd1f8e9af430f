import { createHash } from 'node:crypto';
import type { JobRequest } from '@etis/contracts/jobs';
import { traceparentFrom } from '@etis/kernel';

export interface ScheduleKey {
  readonly tenant: string;
  readonly id: string;
}

/**
 * The id of the job that a schedule makes at a time: always the same, so that making it again changes nothing. A UUIDv8 that begins with the time
 * as a UUIDv7 does, so that it sorts among the others.
 */
export function scheduledJobId(schedule: ScheduleKey, time: Date): string {
  const millis = time.getTime().toString(16).padStart(12, '0');
  const hash = createHash('sha256')
    .update(JSON.stringify([schedule.tenant, schedule.id, time.getTime()]))
    .digest('hex');
  const variant = ((Number.parseInt(hash.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${millis.slice(0, 8)}-${millis.slice(8)}-8${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}

export function scheduledJob(schedule: ScheduleKey & { kind: string; payload: unknown }, time: Date): JobRequest {
  const id = scheduledJobId(schedule, time);
  const { kind, tenant, payload } = schedule;
  return { id, kind, tenant, cause: null, flow: id, traceparent: traceparentFrom(undefined), payload };
}
