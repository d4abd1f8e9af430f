import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import type { ChangeFeed } from './change-feed.ts';
import { changeStream, readLastEventId } from './change-stream.ts';

const reply = Type.Unsafe<NodeJS.ReadableStream | string>({
  type: 'string',
  description:
    'Server-sent events. `event: ready` comes first, with the governed version. Then `event: change` with `{"resource", "id", "version"}`: `id` is null where it is many; `version` is the governed version, null for changes of the record and of what governs (`directives`, `fleet`, `alerts`); the resource `*` says that more was missed than is known, so that everything is to be looked at again.',
});

const exampleStream = `retry: 1000
id: 12
event: ready
data: {"version":12}

id: 13
event: change
data: {"resource":"tenants","id":"arbor-construction","version":13}

event: change
data: {"resource":"lanes","id":"arbor-construction/nudge","version":null}

`;

export function changeRoutes(app: ApiApp, { feed }: { feed: ChangeFeed }): void {
  app.get(
    '/changes',
    {
      exposeHeadRoute: false,
      ...operation({
        id: 'followChanges',
        tag: 'platform',
        summary: 'Follows changes as they happen',
        description:
          'A coarse feed over everything that this API shows: it says what to look at again. A heartbeat comes every 15 seconds. With `Last-Event-ID` governed changes are resumed where they were left.',
        permission: 'platform.status.read',
        reply,
        produces: 'text/event-stream',
        headers: { 'Last-Event-ID': 'the id of the last event that was seen' },
        problems: [503],
        example: { reply: exampleStream },
      }),
    },
    async (request, response) => {
      const stream = changeStream(feed, readLastEventId(request.headers['last-event-id']));
      return response.header('cache-control', 'no-store').header('x-accel-buffering', 'no').type('text/event-stream').send(stream);
    },
  );
}
