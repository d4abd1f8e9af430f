import type { FlagView } from '../../configuration/flags.ts';
import type { ApiApp } from '../api-app.ts';
import { expectationOf, tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { pageAfterId, withCursor } from '../page.ts';
import { exampleExplained, exampleFlag, examplePreview, exampleReason, exampleRule, exampleTenant } from './configuration-examples.ts';
import type { ConfigurationRoutesOptions } from './configuration-options.ts';
import {
  declaredQuery,
  explainedReply,
  flagBody,
  flagParams,
  flagPreview,
  flagReply,
  flagsPage,
  previewReply,
  reasonBody,
  targetQuery,
} from './configuration-schemas.ts';

const tag = 'configuration';
const params = { flag: exampleFlag.key };
const words = {
  enable: 'Lets the rules of a flag count again',
  disable: 'Gives everybody the variant that a flag has as its off',
} as const;

/** Feature flags that products declare, and their rules. */
export function flagRoutes(app: ApiApp, { configuration }: ConfigurationRoutesOptions): void {
  app.get(
    '/flags',
    operation({
      id: 'listFlags',
      tag,
      summary: 'Lists flags in the order of keys',
      permission: 'configuration.read',
      query: declaredQuery,
      reply: flagsPage,
      example: { query: { limit: 20 }, reply: { items: [exampleFlag], next: null } },
    }),
    async ({ etis, query }) => {
      const product = query.product === undefined ? {} : { product: query.product };
      return withCursor('flags', await configuration.flags.list(etis, { ...pageAfterId('flags', query), ...product }));
    },
  );

  app.get(
    '/flags/:flag',
    operation({
      id: 'getFlag',
      tag,
      summary: 'Shows a flag with its rules',
      permission: 'configuration.read',
      params: flagParams,
      reply: flagReply,
      problems: [404],
      conditional: 'read',
      example: { params, reply: exampleFlag },
    }),
    async ({ etis, params: { flag } }, reply) => tagged(reply, await configuration.flags.get(etis, flag)),
  );

  app.put(
    '/flags/:flag',
    operation({
      id: 'putFlag',
      tag,
      summary: 'Gives a flag its rules',
      description: 'The rules replace those before. Without `enabled` that stays as it is.',
      permission: 'configuration.write',
      params: flagParams,
      body: flagBody,
      reply: flagReply,
      problems: [404],
      conditional: 'write',
      example: { params, body: { rules: [exampleRule], reason: exampleReason }, reply: exampleFlag },
    }),
    async (request, reply) => {
      const change = { ...request.body, expect: expectationOf<FlagView>(request) };
      return tagged(reply, await configuration.flags.change(request.etis, request.params.flag, change));
    },
  );

  for (const word of ['enable', 'disable'] as const) {
    app.post(
      `/flags/:flag/${word}`,
      operation({
        id: `${word}Flag`,
        tag,
        summary: words[word],
        permission: 'configuration.write',
        params: flagParams,
        body: reasonBody,
        reply: flagReply,
        problems: [404],
        conditional: 'write',
        idempotent: true,
        example: { params, body: { reason: exampleReason }, reply: { ...exampleFlag, enabled: word === 'enable' } },
      }),
      async (request, reply) => {
        const change = { enabled: word === 'enable', reason: request.body.reason, expect: expectationOf<FlagView>(request) };
        return tagged(reply, await configuration.flags.change(request.etis, request.params.flag, change));
      },
    );
  }

  app.post(
    '/flags/:flag/preview',
    operation({
      id: 'previewFlag',
      tag,
      summary: 'Shows whose value would change if a flag had these rules',
      description: 'Changes nothing. What is left out is as it is.',
      permission: 'configuration.read',
      params: flagParams,
      body: flagPreview,
      reply: previewReply,
      problems: [404],
      idempotent: true,
      example: {
        params,
        body: { rules: [{ id: 'all', variant: 'project' }] },
        reply: { ...examplePreview, examples: [{ tenant: exampleTenant, before: false, after: true }] },
      },
    }),
    async ({ etis, params: { flag }, body }) => configuration.flags.preview(etis, flag, body),
  );

  app.get(
    '/flags/:flag/value',
    operation({
      id: 'evaluateFlag',
      tag,
      summary: 'Says which variant counts for a target, and why',
      description: 'Of a tenant the cluster and the tier are those of its placement. Directives that kill the feature are not looked at.',
      permission: 'configuration.read',
      params: flagParams,
      query: targetQuery,
      reply: explainedReply,
      problems: [404],
      example: {
        params,
        query: { tenant: exampleTenant },
        reply: {
          ...exampleExplained,
          key: exampleFlag.key,
          value: false,
          variant: 'plain',
          reason: 'DEFAULT',
          why: ['rule a-quarter does not fit: it is for other tiers', 'no rule decides, so that the default variant plain counts'],
        },
      },
    }),
    async ({ etis, params: { flag }, query }) => configuration.flags.value(etis, flag, query),
  );
}
