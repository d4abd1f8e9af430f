import type { JobRequest } from '@etis/contracts/jobs';
import { silentLog, uuidv7 } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { spineSettings } from '../settings.ts';
import { createJobs, type JobStore } from './jobs.ts';

/** What the tests of jobs share: a store as each process has its own, and requests. */

export function jobStore(db: SystemDb, settings: { maxAttempts?: number; onReported?: () => void } = {}): JobStore {
  const { maxAttempts = 3, onReported } = settings;
  const jobs = { ...spineSettings().jobs, maxAttempts, backoff: { base: 5, cap: 20 }, pollMs: 20 };
  return createJobs({ db, log: silentLog, settings: jobs, ...(onReported === undefined ? {} : { onReported }) });
}

export function jobRequest(overrides: Partial<JobRequest> = {}): JobRequest {
  return {
    id: uuidv7(),
    kind: 'email',
    tenant: 'acme',
    cause: null,
    flow: uuidv7(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    payload: {},
    ...overrides,
  };
}

export function jobRequests(count: number, overrides: Partial<JobRequest> = {}): readonly JobRequest[] {
  return Array.from({ length: count }, () => jobRequest(overrides));
}

export function countBy(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
