import type { SpineQueries } from '@etis/contracts/flow';
import type { SpineOperations } from '@etis/contracts/operations';
import { Type } from 'typebox';
import { errors } from '../../errors.ts';
import type { ResolverEntries } from '../../resolver/resolver-entries.ts';
import { type ApiApp, forTenant } from '../api-app.ts';
import { operation } from '../operation.ts';
import { paged } from '../page.ts';
import { entryReply, mapping } from '../resolver/resolver-schemas.ts';
import { bulkLimit, bulkReply, connectionId, integer, named, pageOf, pageQuery, plainText, strict, text, time, uuid } from '../schemas.ts';

const tag = 'unmatched';

const unmatchedReply = named(
  'Unmatched',
  Type.Object({
    delivery: uuid,
    connection: text,
    reason: Type.String({ description: 'for example unreadable, unknown-event, unresolved, tenant-suspended' }),
    detail: text,
    at: time,
  }),
);
const unmatchedParams = Type.Object({ delivery: uuid }, strict);
const replayReply = named(
  'UnmatchedReplay',
  Type.Object({
    placed: Type.Integer({ description: 'how many events found a place' }),
    unmatched: Type.Integer({ description: 'how many still have none' }),
  }),
);
const replayOrder = named(
  'UnmatchedReplayOrder',
  Type.Object({ connection: Type.Optional(connectionId), reason: Type.Optional(plainText(40)), limit: bulkLimit }, strict),
);
const why = plainText(500, { description: 'why; it is kept with the record of the action' });
const discardOrder = named('UnmatchedDiscardOrder', Type.Object({ reason: why }, strict));
const discardManyOrder = named(
  'UnmatchedDiscardManyOrder',
  Type.Object(
    {
      connection: Type.Optional(connectionId),
      why: Type.Optional(plainText(40, { description: 'why they are unmatched, for example unresolved' })),
      limit: bulkLimit,
      reason: why,
    },
    strict,
  ),
);
const discardReply = named('UnmatchedDiscarded', Type.Object({ delivery: uuid }));
const mapReply = named('MapAndReplay', Type.Object({ entry: entryReply, placed: integer, unmatched: integer }));

const params = { delivery: '019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10' };
const key = { system: 'autodesk', kind: 'project', externalId: 'b.7a1d' };
const entry = { ...key, project: 'depot', region: null, product: null };

export interface UnmatchedRoutesOptions {
  readonly spine: Pick<SpineQueries, 'unmatched'>;
  readonly operations: Pick<SpineOperations, 'replayUnmatched' | 'replayAllUnmatched' | 'discardUnmatched' | 'discardAllUnmatched'>;
  readonly resolver: ResolverEntries;
}

/** Deliveries that could not be read or placed: they are kept, and can be routed again once the reason is gone. */
export function unmatchedRoutes(app: ApiApp, { spine, operations, resolver }: UnmatchedRoutesOptions): void {
  app.get(
    '/unmatched',
    operation({
      id: 'listUnmatched',
      tag,
      summary: 'Lists what could not be read or placed, newest first',
      permission: 'events.read',
      query: pageQuery,
      reply: pageOf(unmatchedReply),
      example: {
        query: { limit: 20 },
        reply: {
          items: [
            {
              ...params,
              connection: 'autodesk',
              reason: 'unresolved',
              detail: 'no entry for autodesk project b.7a1d',
              at: '2026-11-02T09:30:00.000Z',
            },
          ],
          next: null,
        },
      },
    }),
    async ({ query }) => spine.unmatched(paged(query)),
  );

  app.post(
    '/unmatched/replay',
    operation({
      id: 'replayManyUnmatched',
      tag,
      summary: 'Routes many unmatched deliveries again',
      description: 'What was routed before is not repeated.',
      permission: 'events.replay',
      body: replayOrder,
      reply: bulkReply,
      idempotent: true,
      example: { body: { connection: 'autodesk', reason: 'unresolved', limit: 100 }, reply: { changed: 1, more: false } },
    }),
    async ({ etis, body }) => operations.replayAllUnmatched(etis, body),
  );

  app.post(
    '/unmatched/:delivery/replay',
    operation({
      id: 'replayUnmatched',
      tag,
      summary: 'Routes what is unmatched of a delivery again',
      description: 'What was routed before is not repeated.',
      permission: 'events.replay',
      params: unmatchedParams,
      reply: replayReply,
      problems: [404],
      idempotent: true,
      example: { params, reply: { placed: 1, unmatched: 0 } },
    }),
    async ({ etis, params: { delivery } }) => {
      const replayed = await operations.replayUnmatched(etis, delivery);
      if (replayed === null) throw errors.NOT_UNMATCHED(delivery);
      return replayed;
    },
  );

  app.post(
    '/unmatched/discard',
    operation({
      id: 'discardManyUnmatched',
      tag,
      summary: 'Gives up what is unmatched of many deliveries',
      description: 'Not what a directive holds back. The deliveries themselves stay as long as the record keeps them.',
      permission: 'events.replay',
      body: discardManyOrder,
      reply: bulkReply,
      idempotent: true,
      example: {
        body: { connection: 'autodesk', why: 'unresolved', limit: 100, reason: 'A test of theirs.' },
        reply: { changed: 1, more: false },
      },
    }),
    async ({ etis, body }) => operations.discardAllUnmatched(etis, body),
  );

  app.post(
    '/unmatched/:delivery/discard',
    operation({
      id: 'discardUnmatched',
      tag,
      summary: 'Gives up what is unmatched of a delivery',
      permission: 'events.replay',
      params: unmatchedParams,
      body: discardOrder,
      reply: discardReply,
      problems: [404],
      idempotent: true,
      example: { params, body: { reason: 'A test of theirs.' }, reply: { delivery: params.delivery } },
    }),
    async ({ etis, params: { delivery }, body }) => {
      if (!(await operations.discardUnmatched(etis, delivery, body.reason))) throw errors.NOT_UNMATCHED(delivery);
      return { delivery };
    },
  );

  app.post(
    '/unmatched/:delivery/map',
    operation({
      id: 'mapUnmatched',
      tag,
      summary: 'Puts a resolver entry and routes the delivery again',
      description: 'The entry stays where nothing of the delivery is unmatched any more; that is then answered with 404.',
      // The stronger of the two that it needs: whoever may map ids decides where events go.
      permission: 'resolver.write',
      params: unmatchedParams,
      body: mapping,
      reply: mapReply,
      problems: [404, 409],
      idempotent: true,
      example: { params, body: { tenant: 'arbor-construction', ...key, project: 'depot' }, reply: { entry, placed: 1, unmatched: 0 } },
    }),
    async ({ etis, params: { delivery }, body }) => {
      const { tenant, system, kind, externalId, project = null, region = null, product = null } = body;
      const mapped = { system, kind, externalId, project, region, product };
      await resolver.ensure(forTenant(etis, tenant), mapped);
      const replayed = await operations.replayUnmatched(etis, delivery);
      if (replayed === null) throw errors.NOT_UNMATCHED(delivery);
      return { entry: mapped, ...replayed };
    },
  );
}
