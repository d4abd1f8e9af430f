import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiUnderTest } from '../api-under-test.ts';
import { described } from '../platform-api.ts';
import { exampleRecord, startSeededApi } from '../seeded-api.ts';
import { exampleRequest, operationsOf, send } from './document-under-test.ts';
import { openapiDocument } from './openapi-document.ts';

const operations = operationsOf(await openapiDocument(described)).filter(({ id }) => id !== 'followChanges');
let api: ApiUnderTest;

beforeAll(async () => {
  api = await startSeededApi();
});
afterAll(() => api[Symbol.asyncDispose]());

describe('the example of', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))('%s works as documented', async (_id, operation) => {
    // What other examples of the record used up.
    Object.assign(api.record.state, exampleRecord());
    const answer = await send(api, operation, exampleRequest(operation));
    const status = [200, 201, 204].find((candidate) => operation.replies.has(candidate));
    expect([answer.status, answer.text]).toEqual([status, expect.anything()]);
    const { schema = null } = operation.replies.get(answer.status) ?? {};
    if (schema === null) return expect(answer.text).toBe('');
    expect(Compile(schema).Errors(answer.body)).toEqual([]);
  });

  it.each(operations.map((operation) => [operation.id, operation] as const))("%s is what the operation's schemas say", (_id, operation) => {
    for (const { schema, example, name } of operation.parameters) {
      if (example !== undefined) expect(Compile(schema).Errors(example), name).toEqual([]);
    }
    if (operation.body !== null) expect(Compile(operation.body.schema).Errors(operation.body.example)).toEqual([]);
    for (const { schema, example, type } of operation.replies.values()) {
      if (schema !== null && type === 'application/json') expect(Compile(schema).Errors(example)).toEqual([]);
    }
  });
});
