import { EtisError, silentLog, traceparentFrom } from '@etis/kernel';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exactValidatorCompiler } from '../exact-validation.ts';
import { lateSerializerCompiler } from '../late-serialization.ts';
import { deskUnderTest } from './desk-under-test.ts';
import { directiveRoutes } from './directive-routes.ts';
import { exampleRadius, exampleReport } from './directive-schemas.ts';

let app: FastifyInstance;
let under: ReturnType<typeof deskUnderTest>;
const routes: { readonly url: string; readonly config: object }[] = [];

beforeEach(async () => {
  under = deskUnderTest();
  routes.length = 0;
  app = fastify();
  app.decorateRequest('etis');
  app.addHook('onRequest', async (request) => {
    request.etis = {
      actor: { kind: 'operator', id: 'ada' },
      tenant: null,
      trace: '',
      traceparent: traceparentFrom(undefined),
      log: silentLog,
    };
  });
  app.addHook('onRoute', ({ method, url, config }) => {
    if (method !== 'HEAD') routes.push({ url: `${String(method)} ${url}`, config: config ?? {} });
  });
  app.setValidatorCompiler(exactValidatorCompiler);
  app.setSerializerCompiler(lateSerializerCompiler);
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    reply.code(error instanceof EtisError ? (error.kind === 'not-found' ? 404 : 400) : (error.statusCode ?? 500)).send(),
  );
  directiveRoutes(app.withTypeProvider<TypeBoxTypeProvider>(), { directives: under.desk });
  await app.ready();
});
afterEach(() => app.close());

const pause = { verb: 'pause', scope: { tenant: 'acme' }, reason: 'Their ERP moves.' };
const id = exampleReport.directive.id;
const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload });

describe('the routes of directives', () => {
  it('answer under every directive, and ask for a permission', () => {
    expect(routes.map(({ url }) => url)).toEqual([
      'GET /directives',
      'POST /directives/preview',
      'POST /directives',
      'POST /directives/resume',
      'GET /directives/:directive',
    ]);
    for (const { config } of routes) {
      expect(config).toMatchObject({
        permission: expect.stringMatching(/^directives\./),
        directives: { exempt: expect.stringMatching(/.+/) },
      });
    }
  });

  it('show what would be concerned', async () => {
    const answer = await post('/directives/preview', { scope: { tenant: 'acme' } });
    expect([answer.statusCode, answer.json()]).toEqual([200, exampleRadius]);
    expect(under.asked).toEqual([{ method: 'preview', request: { tenant: 'acme' }, by: 'ada' }]);
  });

  it('order, with every member as it was asked for', async () => {
    const throttle = { ...pause, verb: 'throttle', rate: { count: 5, perMs: 1_000 }, expiresAt: '2027-01-01T00:00:00.000Z' };
    const answer = await post('/directives', throttle);
    expect([answer.statusCode, answer.json()]).toEqual([201, exampleReport]);
    expect(under.asked).toEqual([{ method: 'order', request: throttle, by: 'ada' }]);
  });

  it.each<[string, object]>([
    ['no reason', { ...pause, reason: undefined }],
    ['a reason of two letters', { ...pause, reason: 'no' }],
    ['no scope', { ...pause, scope: undefined }],
    ['a scope of something else', { ...pause, scope: { planet: 'earth' } }],
    ['a verb that is not ordered here', { ...pause, verb: 'resume' }],
    ['a rate of nothing', { ...pause, verb: 'throttle', rate: { count: 0, perMs: 1_000 } }],
    ['a member that nobody reads', { ...pause, force: true }],
  ])('refuse an order with %s', async (_case, body) => {
    expect((await post('/directives', body)).statusCode).toBe(400);
    expect(under.asked).toEqual([]);
  });

  it('resume', async () => {
    const answer = await post('/directives/resume', { ends: [id], reason: 'It is over.' });
    expect(answer.statusCode).toBe(201);
    expect(under.asked).toEqual([{ method: 'resume', request: { ends: [id], reason: 'It is over.' }, by: 'ada' }]);
    for (const ends of [[], ['elsewhere'], [id, id]]) {
      expect((await post('/directives/resume', { ends, reason: 'It is over.' })).statusCode).toBe(400);
    }
  });

  it('show one with its receipts, and 404 for one that there is not', async () => {
    expect((await app.inject(`/directives/${id}`)).json()).toEqual(exampleReport);
    expect((await app.inject('/directives/019a4c1e-7d60-7f10-b3c2-000000000000')).statusCode).toBe(404);
    expect((await app.inject('/directives/elsewhere')).statusCode).toBe(400);
  });

  it('list by state, in pages', async () => {
    const answer = await app.inject('/directives?state=in-force&limit=5');
    expect(answer.json()).toEqual({ items: [exampleReport], next: null });
    expect(under.asked).toEqual([{ method: 'list', request: { state: 'in-force', limit: 5 }, by: 'ada' }]);
    expect((await app.inject('/directives?state=wild')).statusCode).toBe(400);
    expect((await app.inject('/directives?limit=0')).statusCode).toBe(400);
  });
});
