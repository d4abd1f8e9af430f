import { Type } from 'typebox';
import type { SettingView } from '../../configuration/parameters.ts';
import { placeText } from '../../configuration/place.ts';
import type { ApiApp } from '../api-app.ts';
import { expectationOf, tagged } from '../conditional/conditional-requests.ts';
import { operation } from '../operation.ts';
import { decodeCursor, encodeCursor, pageAfterId, paged, withCursor } from '../page.ts';
import {
  exampleExplained,
  exampleParameter,
  examplePlace,
  examplePreview,
  exampleReason,
  exampleSetting,
  exampleTenant,
} from './configuration-examples.ts';
import type { ConfigurationRoutesOptions } from './configuration-options.ts';
import {
  declaredQuery,
  explainedReply,
  parameterParams,
  parameterReply,
  parametersPage,
  placeQuery,
  previewReply,
  settingBody,
  settingPreview,
  settingReply,
  settingsPage,
  settingsQuery,
  targetQuery,
  unsetQuery,
} from './configuration-schemas.ts';

const tag = 'configuration';
const params = { parameter: exampleParameter.key };

/** What products declare that can be set from afar, and what it is set to. */
export function parameterRoutes(app: ApiApp, { configuration }: ConfigurationRoutesOptions): void {
  app.get(
    '/parameters',
    operation({
      id: 'listParameters',
      tag,
      summary: 'Lists parameters in the order of keys',
      permission: 'configuration.read',
      query: declaredQuery,
      reply: parametersPage,
      example: { query: { limit: 20 }, reply: { items: [exampleParameter], next: null } },
    }),
    async ({ etis, query }) => {
      const product = query.product === undefined ? {} : { product: query.product };
      return withCursor('parameters', await configuration.parameters.list(etis, { ...pageAfterId('parameters', query), ...product }));
    },
  );

  app.get(
    '/parameters/:parameter',
    operation({
      id: 'getParameter',
      tag,
      summary: 'Shows a parameter as it is declared',
      permission: 'configuration.read',
      params: parameterParams,
      reply: parameterReply,
      problems: [404],
      conditional: 'read',
      example: { params, reply: exampleParameter },
    }),
    async ({ etis, params: { parameter } }, reply) => tagged(reply, await configuration.parameters.get(etis, parameter)),
  );

  app.get(
    '/parameters/:parameter/settings',
    operation({
      id: 'listParameterSettings',
      tag,
      summary: 'Lists what a parameter is set to, by level',
      permission: 'configuration.read',
      params: parameterParams,
      query: settingsQuery,
      reply: settingsPage,
      problems: [404],
      example: { params, query: { limit: 20 }, reply: { items: [exampleSetting], next: null } },
    }),
    async ({ etis, params: { parameter }, query }) => {
      const [place, environment] = decodeCursor('parameter-settings', query.cursor, 2) ?? [];
      const { items, more } = await configuration.parameters.settings(etis, parameter, {
        limit: paged(query).limit,
        ...(place === undefined || environment === undefined ? {} : { after: { place, environment } }),
        ...(query.tenant === undefined ? {} : { tenant: query.tenant }),
      });
      const last = items.at(-1);
      return { items, next: more && last !== undefined ? encodeCursor('parameter-settings', placeKey(last)) : null };
    },
  );

  app.get(
    '/parameters/:parameter/setting',
    operation({
      id: 'getParameterSetting',
      tag,
      summary: 'Shows what a parameter is set to at one level',
      permission: 'configuration.read',
      params: parameterParams,
      query: placeQuery,
      reply: settingReply,
      problems: [404],
      conditional: 'read',
      example: { params, query: examplePlace, reply: exampleSetting },
    }),
    async ({ etis, params: { parameter }, query }, reply) => tagged(reply, await configuration.parameters.setting(etis, parameter, query)),
  );

  app.put(
    '/parameters/:parameter/setting',
    operation({
      id: 'setParameter',
      tag,
      summary: 'Sets a parameter at one level',
      description: 'Without an environment it counts in every one that has no value of its own at that level.',
      permission: 'configuration.write',
      params: parameterParams,
      query: placeQuery,
      body: settingBody,
      reply: settingReply,
      problems: [404],
      conditional: 'write',
      example: { params, query: examplePlace, body: { value: 5, reason: exampleReason }, reply: exampleSetting },
    }),
    async (request, reply) => {
      const { etis, query, body } = request;
      const change = { place: query, value: body.value, reason: body.reason, expect: expectationOf<SettingView>(request) };
      return tagged(reply, await configuration.parameters.set(etis, request.params.parameter, change));
    },
  );

  app.delete(
    '/parameters/:parameter/setting',
    operation({
      id: 'unsetParameter',
      tag,
      summary: 'Takes away what a parameter is set to at one level',
      permission: 'configuration.write',
      params: parameterParams,
      query: unsetQuery,
      status: 204,
      reply: Type.Null({ description: 'It is gone.' }),
      problems: [404],
      conditional: 'write',
      example: { params, query: { level: 'tier', tier: 'enterprise', reason: 'The tenants set it themselves now.' } },
    }),
    async (request, reply) => {
      const { reason, ...place } = request.query;
      const change = { place, reason, expect: expectationOf<SettingView>(request) };
      await configuration.parameters.unset(request.etis, request.params.parameter, change);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/parameters/:parameter/preview',
    operation({
      id: 'previewParameter',
      tag,
      summary: 'Shows whose value would change if a parameter were set, or unset',
      description: 'Changes nothing.',
      permission: 'configuration.read',
      params: parameterParams,
      body: settingPreview,
      reply: previewReply,
      problems: [404],
      idempotent: true,
      example: { params, body: { ...examplePlace, value: 5 }, reply: examplePreview },
    }),
    async ({ etis, params: { parameter }, body }) => {
      const { value, ...place } = body;
      return configuration.parameters.preview(etis, parameter, Object.hasOwn(body, 'value') ? { place, value } : { place });
    },
  );

  app.get(
    '/parameters/:parameter/value',
    operation({
      id: 'evaluateParameter',
      tag,
      summary: 'Says what counts for a target, and why',
      description: 'Of a tenant the cluster and the tier are those of its placement.',
      permission: 'configuration.read',
      params: parameterParams,
      query: targetQuery,
      reply: explainedReply,
      problems: [404],
      example: { params, query: { tenant: exampleTenant }, reply: exampleExplained },
    }),
    async ({ etis, params: { parameter }, query }) => configuration.parameters.value(etis, parameter, query),
  );
}

function placeKey({ at, environment }: SettingView): readonly string[] {
  return [placeText(at), environment ?? ''];
}
