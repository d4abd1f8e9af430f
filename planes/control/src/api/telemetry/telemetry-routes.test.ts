import type { TelemetryDesk } from '@etis/contracts/command';
import { silentLog, traceparentFrom } from '@etis/kernel';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exactValidatorCompiler } from '../exact-validation.ts';
import { lateSerializerCompiler } from '../late-serialization.ts';
import { telemetryRoutes } from './telemetry-routes.ts';
import { exampleAlert, exampleLoad, exampleMinute } from './telemetry-schemas.ts';

let app: FastifyInstance;
const asked: object[] = [];
const routes: { readonly url: string; readonly config: object }[] = [];

/** A desk that has the documented examples. */
const desk: TelemetryDesk = {
  load: async () => [exampleLoad],
  history: async () => [exampleMinute],
  async alerts({ actor }, query) {
    asked.push({ by: actor.id, ...query });
    return [exampleAlert, { ...exampleAlert, clearedAt: exampleAlert.raisedAt }];
  },
};

beforeEach(async () => {
  asked.length = 0;
  routes.length = 0;
  app = fastify();
  app.decorateRequest('etis');
  app.addHook('onRequest', async (request) => {
    const traceparent = traceparentFrom(undefined);
    request.etis = { actor: { kind: 'operator', id: 'ada' }, tenant: null, trace: '', traceparent, log: silentLog };
  });
  app.addHook('onRoute', ({ method, url, config }) => {
    if (method !== 'HEAD') routes.push({ url: `${String(method)} ${url}`, config: config ?? {} });
  });
  app.setValidatorCompiler(exactValidatorCompiler);
  app.setSerializerCompiler(lateSerializerCompiler);
  telemetryRoutes(app.withTypeProvider<TypeBoxTypeProvider>(), { telemetry: desk });
  await app.ready();
});
afterEach(() => app.close());

describe('the routes of telemetry', () => {
  it('answer under every directive, and ask for a permission', () => {
    expect(routes.map(({ url }) => url)).toEqual(['GET /load', 'GET /load/history', 'GET /alerts']);
    for (const { config } of routes) {
      expect(config).toMatchObject({ permission: 'telemetry.read', directives: { exempt: expect.stringMatching(/.+/) } });
    }
  });

  it('show the load as it was reported', async () => {
    expect((await app.inject('/load')).json()).toEqual({ subscribers: [exampleLoad] });
  });

  it('show the hour before', async () => {
    expect((await app.inject('/load/history')).json()).toEqual({ minutes: [exampleMinute] });
  });

  it('list open alerts, unless asked for all', async () => {
    expect((await app.inject('/alerts')).json()).toEqual({
      alerts: [exampleAlert, { ...exampleAlert, clearedAt: exampleAlert.raisedAt }],
    });
    await app.inject('/alerts?open=false&limit=3');
    expect(asked).toEqual([
      { by: 'ada', open: true, limit: 50 },
      { by: 'ada', open: false, limit: 3 },
    ]);
  });

  it('refuse limits out of bounds and what nobody reads', async () => {
    for (const url of [
      '/alerts?limit=0',
      '/alerts?limit=201',
      '/alerts?open=perhaps',
      '/alerts?since=1',
      '/load?tenant=a',
      '/load/history?since=1',
    ]) {
      expect((await app.inject(url)).statusCode).toBe(400);
    }
    expect(asked).toEqual([]);
  });
});
