import type { SpineQueries } from '@etis/contracts/flow';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { encodeCursor, pageAfterId } from '../page.ts';
import { integer, named, nullable, pageOf, tenantPageQuery, text } from '../schemas.ts';

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

export function laneRoutes(app: ApiApp, { spine }: { spine: Pick<SpineQueries, 'lanes'> }): void {
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
}
