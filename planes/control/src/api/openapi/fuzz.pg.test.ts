import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, ApiUnderTest } from '../api-under-test.ts';
import { described } from '../platform-api.ts';
import { startSeededApi } from '../seeded-api.ts';
import { type DocumentedOperation, exampleRequest, operationsOf, type RequestValues, send } from './document-under-test.ts';
import { openapiDocument } from './openapi-document.ts';
import { hostileValues, valuesOf } from './schema-arbitrary.ts';

const runs = 25;
const operations = operationsOf(await openapiDocument(described)).filter(({ id }) => id !== 'followChanges');
const rows = operations.map((operation) => [operation.id, operation] as const);
let api: ApiUnderTest;

beforeAll(async () => {
  api = await startSeededApi();
});
afterAll(() => api[Symbol.asyncDispose]());

/** A request that fits the document; often about what is there, since most of what is random is not. */
function fitting(operation: DocumentedOperation): fc.Arbitrary<RequestValues> {
  const example = exampleRequest(operation);
  const place = (name: 'path' | 'query', shown: Readonly<Record<string, unknown>>) => {
    const own = operation.parameters.filter((parameter) => parameter.in === name);
    const members = own.map((parameter) => {
      const any = valuesOf(parameter.schema).filter((value) => name === 'query' || (value !== '' && !/^\.+$/.test(String(value))));
      return [parameter.name, Object.hasOwn(shown, parameter.name) ? fc.oneof(any, fc.constant(shown[parameter.name])) : any] as const;
    });
    const requiredKeys = own.filter(({ required }) => required).map((parameter) => parameter.name);
    return fc.record(Object.fromEntries(members), { requiredKeys });
  };
  return fc.record({
    path: place('path', example.path),
    query: place('query', example.query),
    headers: fc.record(
      { 'idempotency-key': fc.uuid(), 'if-none-match': fc.constant('"x"') },
      { requiredKeys: operation.method === 'POST' ? ['idempotency-key'] : [] },
    ),
    body: operation.body === null ? fc.constant(undefined) : valuesOf(operation.body.schema),
  });
}

/** A fitting request with one place changed, and that place as an answer would name it; null where a change may well fit. */
function mutated(operation: DocumentedOperation): fc.Arbitrary<{ values: RequestValues; place: string | null }> {
  return fc.tuple(fitting(operation), hostileValues, fc.nat(), fc.constantFrom('replace', 'add')).map(([values, hostile, pick, how]) => {
    const text = typeof hostile === 'string' ? hostile : JSON.stringify(hostile);
    const places: (() => { values: RequestValues; place: string | null })[] = [
      () => ({ values: { ...values, query: { ...values.query, unheard: text } }, place: 'unheard' }),
      () => ({
        values: { ...values, headers: { ...values.headers, 'if-match': safeHeader(text), 'idempotency-key': safeHeader(text) } },
        place: null,
      }),
      ...operation.parameters
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, schema }) => () => ({
          values: { ...values, query: { ...values.query, [name]: text } },
          place: isText(schema, text) ? null : name,
        })),
      ...operation.parameters
        .filter((parameter) => parameter.in === 'path' && text !== '' && !/^\.+$/.test(text) && text.isWellFormed() && text.length < 50)
        .map(({ name, schema }) => () => ({
          values: { ...values, path: { ...values.path, [name]: text } },
          place: new RegExp(String(schema.pattern)).test(text) ? null : name,
        })),
    ];
    const body = values.body;
    if (operation.body !== null && typeof body === 'object' && body !== null) {
      const { schema } = operation.body;
      if (how === 'add') places.push(() => ({ values: { ...values, body: { ...body, unheard: hostile } }, place: '/unheard' }));
      places.push(() => ({ values: { ...values, body: hostile }, place: null }));
      for (const [name, member] of Object.entries(schema.properties as Record<string, Record<string, unknown>>)) {
        const fits = Compile(member).Check(hostile);
        places.push(() => ({ values: { ...values, body: { ...body, [name]: hostile } }, place: fits ? null : `/${name}` }));
      }
    }
    const chosen = places[pick % places.length] as () => { values: RequestValues; place: string | null };
    return chosen();
  });
}

/** Whether a text may well be a value of the schema in a query. */
function isText({ type, pattern, minimum, maximum }: Record<string, unknown>, text: string): boolean {
  if (type === 'boolean') return text === 'true' || text === 'false';
  if (type === 'integer') {
    const number = Number(text);
    return Number.isInteger(number) && number >= Number(minimum ?? number) && number <= Number(maximum ?? number);
  }
  return type === 'string' && new RegExp(String(pattern ?? '')).test(text);
}

/** What node lets through as a header. */
function safeHeader(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?').slice(0, 300);
}

/** Whatever is answered: documented, never a failure of ours, and where the request is at fault with the places. */
function check(operation: DocumentedOperation, answer: Answer): void {
  expect([operation.id, answer.status, answer.text]).toSatisfy(() => answer.status < 500);
  // Found by the listener itself, before there is an operation.
  if ([404, 414].includes(answer.status) && answer.body.code === undefined) return;
  const reply = operation.replies.get(answer.status);
  expect([operation.id, answer.status, answer.text]).toSatisfy(() => reply !== undefined || answer.status === 404);
  if (answer.status === 400) {
    const { errors } = answer.body as { errors?: { pointer: string; detail: string }[] };
    if (answer.body.code === 'EDGE') return;
    expect(errors, answer.text).not.toHaveLength(0);
    for (const { pointer, detail } of errors ?? []) {
      expect(detail).not.toBe('');
      const known = operation.parameters.some(({ name }) => name === pointer) || pointer === '' || pointer.startsWith('/');
      expect([operation.id, answer.text]).toSatisfy(
        () => known || ['If-Match', 'If-None-Match', 'Idempotency-Key', 'unheard'].includes(pointer),
      );
    }
  } else if (answer.status < 300 && reply?.schema) {
    expect(Compile(reply.schema).Errors(answer.body)).toEqual([]);
  }
}

describe('any request that fits the document', () => {
  it.each(rows)('%s is answered as documented', async (_id, operation) => {
    await fc.assert(
      fc.asyncProperty(fitting(operation), async (values) => check(operation, await send(api, operation, values))),
      { numRuns: runs },
    );
  });
});

describe('any request that does not', () => {
  it.each(rows)('%s is refused with the place', async (_id, operation) => {
    await fc.assert(
      fc.asyncProperty(mutated(operation), async ({ values, place }) => {
        const answer = await send(api, operation, values);
        check(operation, answer);
        // Found by the listener itself: an address that leads nowhere, or a body that its parser takes for poison.
        if (place === null || answer.body.code === 'EDGE' || (answer.status === 404 && answer.body.code === undefined)) return;
        const { errors = [] } = answer.body as { errors?: { pointer: string }[] };
        expect([answer.status, place, answer.text, values]).toSatisfy(
          () => answer.status === 400 && errors.some(({ pointer }) => pointer === place || pointer.startsWith(`${place}/`)),
        );
      }),
      { numRuns: runs },
    );
  });

  it.each(operations.filter(({ body }) => body !== null).map((operation) => [operation.id, operation] as const))(
    '%s takes no body that is no JSON',
    async (_id, operation) => {
      const url = operation.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
        encodeURIComponent(String(exampleRequest(operation).path[name])),
      );
      for (const [payload, type] of [
        ['{"a":', 'application/json'],
        ['', 'application/json'],
        ['{"__proto__": {"x": 1}}', 'application/json'],
        ['a=b', 'application/x-www-form-urlencoded'],
        [`"${'x'.repeat(70_000)}"`, 'application/json'],
      ]) {
        const { statusCode } = await api.app.inject({
          method: operation.method as 'POST',
          url,
          payload: payload ?? '',
          headers: { 'content-type': type ?? '' },
        });
        expect([400, 413, 415]).toContain(statusCode);
      }
    },
  );
});
