import type { SpineQueries } from '@etis/contracts/flow';
import type { SpineLookups } from '@etis/contracts/operations';
import { errors, invalidInput } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import { tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { paged } from '../page.ts';
import { pageOf } from '../schemas.ts';
import { eventDetailReply, eventParams, eventReply, eventsQuery, flowParams, flowReply } from './event-schemas.ts';

const at = '2026-11-02T09:30:00.000Z';
const delivery = '019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10';
const example = {
  id: '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71',
  flow: delivery,
  type: 'document.version.added',
  source: 'autodesk',
  subject: 'urn:adsk.wipprod:dm.lineage:x1',
  tenant: 'arbor-construction',
  project: 'riverside-school',
  time: at,
  acceptedAt: at,
};

/** What was routed, and what each delivery caused. */
export function eventRoutes(app: ApiApp, { spine }: { spine: SpineQueries & Pick<SpineLookups, 'event'> }): void {
  app.get(
    '/events',
    operation({
      id: 'searchEvents',
      tag: 'events',
      summary: 'Searches events, newest first',
      description:
        'A page is read from a bounded piece of the record: it may hold fewer events than asked for, or none, and still have a next one.',
      permission: 'events.read',
      query: eventsQuery,
      reply: pageOf(eventReply),
      example: {
        query: { tenant: 'arbor-construction', type: 'document.*', from: '2026-11-01T00:00:00Z', text: 'level 3', limit: 20 },
        reply: { items: [example], next: null },
      },
    }),
    async ({ query }) => {
      const { from, to } = query;
      if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to)) throw invalidInput('to', 'it is not after "from"');
      return spine.events(paged(query));
    },
  );

  app.get(
    '/events/:event',
    operation({
      id: 'getEvent',
      tag: 'events',
      summary: 'Shows an event with what it carries',
      permission: 'events.read',
      params: eventParams,
      reply: eventDetailReply,
      problems: [404],
      conditional: 'read',
      example: {
        params: { event: example.id },
        reply: {
          ...example,
          region: 'EMEA',
          cause: null,
          replayOf: null,
          hop: 0,
          traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
          data: { name: 'Level 3 - Structural plan.dwg', version: 7 },
        },
      },
    }),
    async ({ params }, reply) => {
      const event = await spine.event(params.event);
      if (event === null) throw errors.EVENT_UNKNOWN(params.event);
      return tagged(reply, event);
    },
  );

  app.get(
    '/flows/:id',
    operation({
      id: 'getFlow',
      tag: 'events',
      summary: 'Shows everything that one delivery caused, in the order of time',
      description: 'By the id of a flow, a delivery, an event or a job.',
      permission: 'flows.read',
      params: flowParams,
      reply: flowReply,
      problems: [404],
      conditional: 'read',
      example: {
        params: { id: delivery },
        reply: {
          id: delivery,
          settled: true,
          steps: [
            { step: 'accepted', at, delivery, connection: 'autodesk', bytes: 812 },
            { step: 'normalised', at, event: example.id, type: example.type, subject: example.subject },
            { step: 'resolved', at, event: example.id, tenant: example.tenant, project: example.project },
            { step: 'routed', at, event: example.id, lane: 'arbor-construction/nudge', cluster: 'nudge-standard', product: 'nudge' },
            { step: 'handled', at, event: example.id, lane: 'arbor-construction/nudge', attempts: 1 },
          ],
        },
      },
    }),
    async ({ params }, reply) => {
      const flow = await spine.flow(params.id);
      if (flow === null) throw errors.FLOW_UNKNOWN(params.id);
      return tagged(reply, flow);
    },
  );
}
