import type { SpineOperations } from '@etis/contracts/operations';
import { Type } from 'typebox';
import { errors } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { paged } from '../page.ts';
import { named, pageOf, pageQuery, strict, uuid } from '../schemas.ts';
import { previewOrder, previewReply, reason, replayReply, startOrder } from './replay-schemas.ts';

const tag = 'replays';
const params = Type.Object({ replay: uuid }, strict);
const cancelOrder = named('ReplayCancelOrder', Type.Object({ reason }, strict));

const selection = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z', tenant: 'arbor-construction', type: 'document.*' };
const example = {
  id: '019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31',
  state: 'running' as const,
  selection,
  target: { product: 'nudge' },
  reason: 'The rules were wrong on Monday.',
  perSecond: 1_000,
  progress: 0.42,
  replayed: 1_284,
  unplaced: 0,
  startedAt: '2026-11-04T08:00:00.000Z',
  endedAt: null,
  error: null,
};
const sample = {
  id: '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71',
  flow: '019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10',
  type: 'document.version.added',
  source: '/autodesk',
  subject: 'Level 3 - Structural plan.dwg',
  tenant: 'arbor-construction',
  project: 'harbour-tower',
  time: '2026-11-02T09:30:00.000Z',
  acceptedAt: '2026-11-02T09:30:00.412Z',
};

/** Giving events to products once more. */
export function replayRoutes(app: ApiApp, { operations }: { operations: Pick<SpineOperations, 'replays'> }): void {
  app.post(
    '/replays/preview',
    operation({
      id: 'previewReplay',
      tag,
      summary: 'Shows what a replay would do',
      description: 'Changes nothing.',
      permission: 'events.read',
      body: previewOrder,
      reply: previewReply,
      idempotent: true,
      example: {
        body: { selection, target: { product: 'nudge' } },
        reply: {
          events: 3_057,
          unplaced: 0,
          byType: [{ type: 'document.version.added', events: 3_057 }],
          byLane: [{ lane: 'arbor-construction/nudge', events: 3_057 }],
          sample: [sample],
          complete: true,
        },
      },
    }),
    async ({ body }) => operations.replays.preview(body.selection, body.target ?? {}),
  );

  app.post(
    '/replays',
    operation({
      id: 'startReplay',
      tag,
      summary: 'Gives events to products once more',
      description:
        'As new events of the same flows that say what they repeat (`replayOf`), in their order, at the pace that is given. It goes on by itself until it is done or cancelled.',
      permission: 'events.replay',
      body: startOrder,
      reply: replayReply,
      status: 201,
      idempotent: true,
      example: { body: { selection, target: { product: 'nudge' }, reason: example.reason }, reply: example },
    }),
    async ({ etis, body }, reply) => reply.code(201).send(await operations.replays.start(etis, { ...body, target: body.target ?? {} })),
  );

  app.get(
    '/replays',
    operation({
      id: 'listReplays',
      tag,
      summary: 'Lists replays, newest first',
      permission: 'events.read',
      query: pageQuery,
      reply: pageOf(replayReply),
      example: { query: { limit: 20 }, reply: { items: [example], next: null } },
    }),
    async ({ query }) => operations.replays.list(paged(query)),
  );

  app.get(
    '/replays/:replay',
    operation({
      id: 'getReplay',
      tag,
      summary: 'Shows how far a replay is',
      permission: 'events.read',
      params,
      reply: replayReply,
      problems: [404],
      example: { params: { replay: example.id }, reply: example },
    }),
    async ({ params: { replay } }) => {
      const found = await operations.replays.show(replay);
      if (found === null) throw errors.REPLAY_UNKNOWN(replay);
      return found;
    },
  );

  app.post(
    '/replays/:replay/cancel',
    operation({
      id: 'cancelReplay',
      tag,
      summary: 'Ends a replay where it is',
      description: 'What it has repeated stays.',
      permission: 'events.replay',
      params,
      body: cancelOrder,
      reply: replayReply,
      problems: [404, 409],
      idempotent: true,
      example: {
        params: { replay: example.id },
        body: { reason: 'It was the wrong day.' },
        reply: { ...example, state: 'cancelled' as const, endedAt: '2026-11-04T08:00:02.000Z' },
      },
    }),
    async ({ etis, params: { replay }, body }) => {
      const cancelled = await operations.replays.cancel(etis, replay, body.reason);
      const found = await operations.replays.show(replay);
      if (found === null) throw errors.REPLAY_UNKNOWN(replay);
      if (!cancelled) throw errors.REPLAY_OVER(replay, found.state);
      return found;
    },
  );
}
