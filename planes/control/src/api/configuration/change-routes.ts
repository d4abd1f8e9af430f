import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { decodeCursor, encodeCursor, paged } from '../page.ts';
import { exampleChange, exampleChangeId, exampleRollback } from './configuration-examples.ts';
import type { ConfigurationRoutesOptions } from './configuration-options.ts';
import { changeParams, changeReply, changesPage, changesQuery, rollbackBody } from './configuration-schemas.ts';

const tag = 'configuration';
const list = 'configuration-changes';

/** Who changed what of parameters and flags, and the way back. */
export function configurationChangeRoutes(app: ApiApp, { configuration }: ConfigurationRoutesOptions): void {
  app.get(
    '/configuration-changes',
    operation({
      id: 'listConfigurationChanges',
      tag,
      summary: 'Lists changes of parameters and flags, newest first',
      description: 'Of a parameter a change shows the setting that it is about, before and after.',
      permission: 'configuration.read',
      query: changesQuery,
      reply: changesPage,
      example: { query: { key: exampleChange.key, limit: 20 }, reply: { items: [exampleChange], next: null } },
    }),
    async ({ etis, query }) => {
      const [cursor] = decodeCursor(list, query.cursor, 1) ?? [];
      const { items, next } = await configuration.history.list(etis, {
        limit: paged(query).limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(query.key === undefined ? {} : { key: query.key }),
        ...(query.tenant === undefined ? {} : { tenant: query.tenant }),
      });
      return { items, next: next === null ? null : encodeCursor(list, [next]) };
    },
  );

  app.post(
    '/configuration-changes/:change/rollback',
    operation({
      id: 'rollBackConfigurationChange',
      tag,
      summary: 'Makes a setting or flag what it was before a change',
      description:
        'It is a change of its own, and can be rolled back too. Where the same was changed again since, it is refused unless forced.',
      permission: 'configuration.write',
      params: changeParams,
      body: rollbackBody,
      reply: changeReply,
      problems: [404, 409],
      idempotent: true,
      example: { params: { change: exampleChangeId }, body: { reason: exampleRollback.reason }, reply: exampleRollback },
    }),
    async ({ etis, params: { change }, body }) => configuration.history.rollback(etis, change, body),
  );
}
