import type { JobState } from '@etis/contracts/jobs';
import type { SpineLookups, SpineOperations } from '@etis/contracts/operations';
import { Type } from 'typebox';
import { errors } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import { tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { paged } from '../page.ts';
import { integer, named, nullable, oneOf, pageFields, pageOf, strict, tenantId, text, time, uuid } from '../schemas.ts';

const tag = 'jobs';
const states = ['scheduled', 'ready', 'leased', 'done', 'dead', 'cancelled'] as const satisfies readonly JobState[];

export const jobKind = Type.String({ pattern: '^[a-z][a-z0-9.-]{0,59}$', description: 'the kind of a job' });
const state = oneOf(states, { description: '`scheduled` is ready but not yet due' });

const summary = {
  id: uuid,
  kind: text,
  tenant: text,
  state,
  priority: integer,
  attempts: integer,
  maxAttempts: integer,
  progress: nullable(Type.Object({ done: Type.Number({ description: '0 to 1' }), note: text })),
  error: nullable(Type.String({ description: 'the last one seen' })),
  flow: text,
  createdAt: time,
  dueAt: time,
  updatedAt: time,
};
const jobReply = named('Job', Type.Object(summary));
const jobDetailReply = named(
  'JobDetail',
  Type.Object({ ...summary, cause: nullable(text), payload: Type.Unknown(), result: Type.Unknown() }),
);
const jobsQuery = Type.Object(
  { ...pageFields, tenant: Type.Optional(tenantId), kind: Type.Optional(jobKind), state: Type.Optional(state) },
  strict,
);
const jobParams = Type.Object({ job: uuid }, strict);
const cancelReply = named('JobCancelled', Type.Object({ id: uuid, state: oneOf(['cancelled']) }));

const at = '2026-11-02T09:30:00.000Z';
const example = {
  id: '019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1',
  kind: 'email',
  tenant: 'arbor-construction',
  state: 'ready' as const,
  priority: 0,
  attempts: 0,
  maxAttempts: 5,
  progress: null,
  error: null,
  flow: '019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10',
  createdAt: at,
  dueAt: at,
  updatedAt: at,
};
const params = { job: example.id };

/** Background work. */
export function jobRoutes(
  app: ApiApp,
  { spine, operations }: { spine: Pick<SpineLookups, 'jobs' | 'job'>; operations: Pick<SpineOperations, 'cancelJob'> },
): void {
  app.get(
    '/jobs',
    operation({
      id: 'listJobs',
      tag,
      summary: 'Lists jobs, newest first',
      permission: 'jobs.read',
      query: jobsQuery,
      reply: pageOf(jobReply),
      example: {
        query: { tenant: 'arbor-construction', kind: 'email', state: 'ready', limit: 20 },
        reply: { items: [example], next: null },
      },
    }),
    async ({ query }) => spine.jobs(paged(query)),
  );

  app.get(
    '/jobs/:job',
    operation({
      id: 'getJob',
      tag,
      summary: 'Shows a job with what it was asked and what it answered',
      permission: 'jobs.read',
      params: jobParams,
      reply: jobDetailReply,
      problems: [404],
      conditional: 'read',
      example: { params, reply: { ...example, cause: null, payload: { to: ['documents@arbor-construction.example'] }, result: null } },
    }),
    async ({ params: { job } }, reply) => {
      const found = await spine.job(job);
      if (found === null) throw errors.JOB_UNKNOWN(job);
      return tagged(reply, found);
    },
  );

  app.post(
    '/jobs/:job/cancel',
    operation({
      id: 'cancelJob',
      tag,
      summary: 'Cancels a job',
      description: 'One that nobody holds ends at once. One that is held loses its lease, and its worker is told at its next heartbeat.',
      permission: 'jobs.write',
      params: jobParams,
      reply: cancelReply,
      problems: [404, 409],
      idempotent: true,
      example: { params, reply: { id: example.id, state: 'cancelled' } },
    }),
    async ({ etis, params: { job } }) => {
      if (await operations.cancelJob(etis, job)) return { id: job, state: 'cancelled' as const };
      const found = await spine.job(job);
      throw found === null ? errors.JOB_UNKNOWN(job) : errors.JOB_ENDED(job, found.state);
    },
  );
}
