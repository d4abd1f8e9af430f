import type { Schedules } from '@etis/contracts/jobs';
import { Type } from 'typebox';
import { errors, invalidInput } from '../../errors.ts';
import type { ScheduleOrders } from '../../schedules/schedule-orders.ts';
import type { Tenants } from '../../tenants/tenants.ts';
import { type ApiApp, forTenant } from '../api-app.ts';
import { tagged } from '../conditional/conditional-requests.ts';
import { jobKind } from '../jobs/job-routes.ts';
import { operation } from '../operation.ts';
import { encodeCursor, pageAfterId } from '../page.ts';
import { named, nullable, oneOf, pageOf, pageQuery, plainText, strict, tenantId, text } from '../schemas.ts';
import { tenantParams } from '../tenants/tenant-schemas.ts';

const tag = 'schedules';

const scheduleId = Type.String({ pattern: '^[a-z0-9.-]{1,100}$' });
const scheduleParams = Type.Object({ tenant: tenantId, schedule: scheduleId }, strict);
const order = {
  kind: jobKind,
  payload: Type.Unknown({ description: "JSON, as the job's kind wants it" }),
  cron: plainText(200, { description: '5 or 6 fields' }),
  timeZone: plainText(60, { description: 'an IANA time zone' }),
  missed: oneOf(['skip', 'once', 'each'], {
    description: 'what to do about times that passed while nothing ran: make none up, one for all of them, or each (at most 100)',
  }),
  enabled: Type.Boolean(),
};
const scheduleBody = named(
  'ScheduleOrder',
  Type.Object({ ...order, missed: Type.Optional(order.missed), enabled: Type.Optional(order.enabled) }, strict),
);
const instant = nullable(Type.String({ format: 'date-time' }));
const scheduleReply = named(
  'Schedule',
  Type.Object({ id: scheduleId, tenant: tenantId, ...order, kind: text, cron: text, timeZone: text, nextAt: instant, lastAt: instant }),
);

const tenant = 'arbor-construction';
const params = { tenant, schedule: 'weekly-digest' };
const asked = { kind: 'email', payload: { to: ['documents@arbor-construction.example'] }, cron: '0 7 * * 1', timeZone: 'Europe/Berlin' };
const example = {
  id: params.schedule,
  tenant,
  ...asked,
  missed: 'once' as const,
  enabled: true,
  nextAt: '2026-11-09T06:00:00.000Z',
  lastAt: null,
};

export interface ScheduleRoutesOptions {
  readonly schedules: Pick<Schedules, 'list'>;
  readonly orders: ScheduleOrders;
  readonly tenants: Tenants;
}

/** Standing orders for jobs. */
export function scheduleRoutes(app: ApiApp, { schedules, orders, tenants }: ScheduleRoutesOptions): void {
  app.get(
    '/tenants/:tenant/schedules',
    operation({
      id: 'listSchedules',
      tag,
      summary: "Lists a tenant's schedules in the order of ids",
      permission: 'jobs.read',
      params: tenantParams,
      query: pageQuery,
      reply: pageOf(scheduleReply),
      problems: [404],
      example: { params: { tenant }, query: { limit: 20 }, reply: { items: [example], next: null } },
    }),
    async ({ etis, params: path, query }) => {
      const { limit, cursor = '' } = pageAfterId('schedules', query);
      const all = await schedules.list(path.tenant);
      if (all.length === 0) await tenants.get(etis, path.tenant);
      const after = all.filter(({ id }) => id > cursor).sort((one, other) => (one.id < other.id ? -1 : 1));
      const items = after.slice(0, limit);
      const last = items.at(-1);
      return { items, next: after.length > limit && last !== undefined ? encodeCursor('schedules', [last.id]) : null };
    },
  );

  app.get(
    '/tenants/:tenant/schedules/:schedule',
    operation({
      id: 'getSchedule',
      tag,
      summary: 'Shows a schedule',
      permission: 'jobs.read',
      params: scheduleParams,
      reply: scheduleReply,
      problems: [404],
      conditional: 'read',
      example: { params, reply: example },
    }),
    async ({ params: path }, reply) => {
      const found = (await schedules.list(path.tenant)).find(({ id }) => id === path.schedule);
      if (found === undefined) throw errors.SCHEDULE_UNKNOWN(path.tenant, path.schedule);
      return tagged(reply, found);
    },
  );

  app.put(
    '/tenants/:tenant/schedules/:schedule',
    operation({
      id: 'putSchedule',
      tag,
      summary: 'Makes or replaces a schedule',
      description:
        'Safe to repeat: an unchanged one keeps its next time. By default it is enabled and makes up one job for all missed times.',
      permission: 'jobs.write',
      params: scheduleParams,
      body: scheduleBody,
      reply: scheduleReply,
      problems: [404],
      example: { params, body: asked, reply: example },
    }),
    async ({ etis, params: path, body }, reply) => {
      const { kind, payload, cron, timeZone, missed = 'once', enabled = true } = body;
      // PostgreSQL keeps every JSON but this one character.
      if (JSON.stringify(payload).includes('\\u0000'))
        throw invalidInput('/payload', 'it holds the character U+0000, which cannot be kept');
      const { tenant: owner, schedule: id } = path;
      const set = await orders.set(forTenant(etis, owner), { id, tenant: owner, kind, payload, cron, timeZone, missed, enabled });
      return tagged(reply, set);
    },
  );

  app.delete(
    '/tenants/:tenant/schedules/:schedule',
    operation({
      id: 'deleteSchedule',
      tag,
      summary: 'Ends a schedule',
      description: 'Jobs that it made already stay.',
      permission: 'jobs.write',
      params: scheduleParams,
      status: 204,
      reply: Type.Null({ description: 'It is gone.' }),
      problems: [404],
      example: { params: { tenant, schedule: 'nightly-report' } },
    }),
    async ({ etis, params: path }, reply) => {
      const removed = await orders.remove(forTenant(etis, path.tenant), path.schedule);
      if (!removed) throw errors.SCHEDULE_UNKNOWN(path.tenant, path.schedule);
      return reply.code(204).send(null);
    },
  );
}
