import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../api-under-test.ts';
import { described } from '../platform-api.ts';
import { operationsOf } from './document-under-test.ts';
import { openapiDocument } from './openapi-document.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const committed = new URL('../../../../../docs/reference/openapi.json', import.meta.url);

describe('the document', () => {
  it('is the one that stands in the repository; `npm run openapi` writes it', async () => {
    const stands = JSON.parse(await readFile(committed, 'utf8'));
    expect(stands).toEqual(await openapiDocument(described));
  });

  it('is served to everybody', async () => {
    const { status, headers, body } = await api.ask('GET', '/openapi.json');
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toEqual(await openapiDocument(described));
  });

  it('tells every route, each once and whole', async () => {
    const document = await openapiDocument(described);
    const operations = operationsOf(document);
    const ids = operations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const { tags } = document as { tags: { name: string }[] };
    for (const { id, parameters, body, replies, method } of operations) {
      expect(id).toMatch(/^[a-z][A-Za-z]+$/);
      expect(
        [...replies.keys()].filter((status) => status < 300),
        id,
      ).toHaveLength(1);
      for (const status of [400, 401, 403, 503]) expect(replies.get(status)?.type, `${id} ${status}`).toBe('application/problem+json');
      for (const { name, required, example } of parameters) if (required) expect(example, `${id} ${name}`).toBeDefined();
      if (body !== null) expect(body.example, id).toBeDefined();
      for (const [status, reply] of replies) if (status < 300 && reply.type === 'application/json') expect(reply.example, id).toBeDefined();
      if (method === 'POST')
        expect(
          parameters.map(({ name }) => name),
          id,
        ).toContain('Idempotency-Key');
      if (id.startsWith('list') || id.startsWith('search')) {
        expect(
          parameters.map(({ name }) => name),
          id,
        ).toEqual(expect.arrayContaining(['limit', 'cursor']));
      }
    }
    const used = new Set(
      Object.values(document.paths as Record<string, Record<string, { tags: string[] }>>).flatMap((path) =>
        Object.values(path).flatMap((one) => one.tags),
      ),
    );
    expect([...used].sort()).toEqual(tags.map(({ name }) => name).sort());
  });
});

describe('the reference page', () => {
  it('needs nothing but what this listener serves', async () => {
    const page = await api.ask('GET', '/reference');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source);
    expect(sources).toEqual(['/api/v1/reference/js/scalar.js']);
    expect(page.text).toContain('/api/v1/openapi.json');
    const policy = page.headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('http');
    expect(policy).toMatch(/script-src 'self' 'sha256-/);
  });

  it('brings its own script', async () => {
    const answer = await api.app.inject('/api/v1/reference/js/scalar.js');
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': 'text/javascript; charset=utf-8' });
    expect(gunzipSync(answer.rawPayload).length).toBeGreaterThan(1_000_000);
    const again = await api.app.inject({
      url: '/api/v1/reference/js/scalar.js',
      headers: { 'if-none-match': String(answer.headers.etag) },
    });
    expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
  });
});
