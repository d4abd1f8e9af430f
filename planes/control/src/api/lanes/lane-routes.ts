import type { SpineQueries } from '@etis/contracts/flow';
import type { SpineOperations } from '@etis/contracts/operations';
import { Type } from 'typebox';
import { errors } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { encodeCursor, pageAfterId } from '../page.ts';
import { integer, named, nullable, pageOf, plainText, strict, tenantPageQuery, text } from '../schemas.ts';

const laneReply = named(
  'Lane',
  Type.Object({
    lane: Type.String({ description: '<tenant>/<product>' }),
    tenant: text,
    product: text,
    waiting: integer,
    parked: Type.Integer({ description: 'set aside to be tried again' }),
    deadLetters: Type.Integer({ description: 'used up their attempts' }),
    cluster: nullable(Type.String({ description: 'that the lane is with; null before its first delivery' })),
    heldBy: nullable(
      Type.String({
        description: 'the dead letter at which the lane stands still, in products that want strict order; redrive or discard it',
      }),
    ),
    trouble: nullable(Type.String({ description: 'why the last delivery got the lane no further' })),
  }),
);

const example = {
  lane: 'arbor-construction/nudge',
  tenant: 'arbor-construction',
  product: 'nudge',
  waiting: 0,
  parked: 0,
  deadLetters: 0,
  cluster: 'nudge-standard',
  heldBy: null,
  trouble: null,
};

const laneParams = Type.Object(
  { lane: Type.String({ pattern: '^[a-z0-9-]{1,40}/[a-z0-9-]{1,40}$', description: '<tenant>/<product>, percent-encoded' }) },
  strict,
);
const detachOrder = named(
  'DetachOrder',
  Type.Object({ reason: plainText(500, { description: 'why; it is kept with the record of the action' }) }, strict),
);

export function laneRoutes(
  app: ApiApp,
  { spine, operations }: { spine: Pick<SpineQueries, 'lanes'>; operations: Pick<SpineOperations, 'detachLane'> },
): void {
  app.get(
    '/lanes',
    operation({
      id: 'listLanes',
      tag: 'lanes',
      summary: 'Lists lanes with their depths, in the order of names',
      permission: 'lanes.read',
      query: tenantPageQuery,
      reply: pageOf(laneReply),
      example: { query: { tenant: 'arbor-construction', limit: 20 }, reply: { items: [example], next: null } },
    }),
    async ({ query }) => {
      const { limit, cursor = '' } = pageAfterId('lanes', query);
      const all = await spine.lanes(query.tenant === undefined ? {} : { tenant: query.tenant });
      const after = all.filter(({ lane }) => lane > cursor).sort((one, other) => (one.lane < other.lane ? -1 : 1));
      const items = after.slice(0, limit);
      const last = items.at(-1);
      return { items, next: after.length > limit && last !== undefined ? encodeCursor('lanes', [last.lane]) : null };
    },
  );

  app.post(
    '/lanes/:lane/detach',
    operation({
      id: 'detachLane',
      tag: 'lanes',
      summary: 'Takes a lane from a cluster that is gone for good',
      description:
        'Only a lane that is placed elsewhere. What the cluster handled and could not say any more is handled again where the lane goes to.',
      permission: 'placements.write',
      params: laneParams,
      body: detachOrder,
      reply: named('LaneDetached', Type.Object({ lane: text })),
      problems: [404, 409],
      idempotent: true,
      example: {
        params: { lane: example.lane },
        body: { reason: 'The machine of the cluster is lost.' },
        reply: { lane: example.lane },
      },
    }),
    async ({ etis, params: { lane }, body: { reason } }) => {
      if (!(await operations.detachLane(etis, lane, reason))) throw errors.LANE_UNKNOWN(lane);
      return { lane };
    },
  );
}
