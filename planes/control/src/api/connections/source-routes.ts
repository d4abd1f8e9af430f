import type { SourceDescription, SourceKind } from '@etis/contracts/events';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { encodeCursor, pageAfterId } from '../page.ts';
import { pageOf, pageQuery } from '../schemas.ts';
import { sourceReply } from './connection-schemas.ts';

/** Which external systems this installation reads. */
export function sourceRoutes(app: ApiApp, { sources }: { sources: ReadonlyMap<SourceKind, SourceDescription> }): void {
  app.get(
    '/sources',
    operation({
      id: 'listSources',
      tag: 'connections',
      summary: 'Lists the sources that a connection can be of',
      permission: 'connections.read',
      query: pageQuery,
      reply: pageOf(sourceReply),
      example: {
        query: { limit: 20 },
        reply: { items: [{ kind: 'autodesk', title: 'Autodesk Platform Services', secret: 'generated', handshake: false }], next: null },
      },
    }),
    async ({ query }) => {
      const { limit, cursor = '' } = pageAfterId('sources', query);
      const after = [...sources.values()].filter(({ kind }) => kind > cursor).sort((one, other) => (one.kind < other.kind ? -1 : 1));
      const items = after
        .slice(0, limit)
        .map(({ kind, title, secret, handshakeToken }) => ({ kind, title, secret, handshake: handshakeToken !== undefined }));
      const last = items.at(-1);
      return { items, next: after.length > limit && last !== undefined ? encodeCursor('sources', [last.kind]) : null };
    },
  );
}
