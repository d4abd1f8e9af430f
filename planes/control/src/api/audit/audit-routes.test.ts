import type { AuditDesk } from '@etis/contracts/command';
import { EtisError, silentLog, traceparentFrom } from '@etis/kernel';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exactValidatorCompiler } from '../exact-validation.ts';
import { lateSerializerCompiler } from '../late-serialization.ts';
import { auditRoutes } from './audit-routes.ts';
import { exampleEntry, exampleVerification } from './audit-schemas.ts';

let app: FastifyInstance;
const asked: { readonly method: string; readonly by: string; readonly query?: object }[] = [];
const routes: { readonly url: string; readonly config: object }[] = [];

/** A desk that has the documented example and one more page. */
const desk: AuditDesk = {
  async list({ actor }, query) {
    asked.push({ method: 'list', by: actor.id, query });
    return { items: [exampleEntry], next: query.cursor === undefined ? '12' : null };
  },
  async verify({ actor }) {
    asked.push({ method: 'verify', by: actor.id });
    return exampleVerification;
  },
  async verification(id) {
    if (id !== exampleVerification.id) throw new EtisError({ code: 'X', kind: 'not-found', retryable: false, message: 'There is none.' });
    return { ...exampleVerification, state: 'running' };
  },
};

beforeEach(async () => {
  asked.length = 0;
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
    reply.code(error instanceof EtisError ? 400 : (error.statusCode ?? 500)).send(),
  );
  auditRoutes(app.withTypeProvider<TypeBoxTypeProvider>(), { audit: desk });
  await app.ready();
});
afterEach(() => app.close());

describe('the routes of the audit record', () => {
  it('answer under every directive, and ask for a permission', () => {
    expect(routes.map(({ url }) => url)).toEqual(['GET /audit', 'POST /audit/verify', 'GET /audit/verifications/:verification']);
    for (const { config } of routes) {
      expect(config).toMatchObject({ permission: 'audit.read', directives: { exempt: expect.stringMatching(/.+/) } });
    }
  });

  it("list the platform's own actions, or those of a tenant", async () => {
    const answer = await app.inject('/audit?limit=5');
    expect(answer.json()).toEqual({ items: [exampleEntry], next: expect.any(String) });
    await app.inject('/audit?tenant=arbor-construction');
    expect(asked).toEqual([
      { method: 'list', by: 'ada', query: { tenant: null, limit: 5 } },
      { method: 'list', by: 'ada', query: { tenant: 'arbor-construction', limit: 50 } },
    ]);
  });

  it('go on with the page after, of the same chain only', async () => {
    const { next } = (await app.inject('/audit?tenant=acme')).json() as { next: string };
    expect((await app.inject(`/audit?tenant=acme&cursor=${next}`)).json()).toEqual({ items: [exampleEntry], next: null });
    expect(asked[1]?.query).toEqual({ tenant: 'acme', limit: 50, cursor: '12' });
    for (const other of [`tenant=bolt&cursor=${next}`, `cursor=${next}`, 'tenant=acme&cursor=x']) {
      expect((await app.inject(`/audit?${other}`)).statusCode, other).toBe(400);
    }
    expect(asked).toHaveLength(2);
  });

  it.each(['tenant=A', 'limit=0', 'limit=201', 'chain=platform'])('refuse %s', async (query) => {
    expect((await app.inject(`/audit?${query}`)).statusCode).toBe(400);
    expect(asked).toEqual([]);
  });

  it('verify', async () => {
    const answer = await app.inject({ method: 'POST', url: '/audit/verify' });
    expect([answer.statusCode, answer.json()]).toEqual([200, exampleVerification]);
    expect(asked).toEqual([{ method: 'verify', by: 'ada' }]);
  });

  it('show how far a verification has come', async () => {
    const at = (id: string) => app.inject(`/audit/verifications/${id}`);
    expect((await at(exampleVerification.id)).json()).toEqual({ ...exampleVerification, state: 'running' });
    expect((await at('019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a00')).statusCode).toBe(400);
    expect((await at('one')).statusCode).toBe(400);
  });
});
