import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { operation } from '../operation.ts';
import { describedSchema } from './described-schema.ts';

const params = Type.Object({ id: Type.String() });
const query = Type.Object({ limit: Type.Optional(Type.Integer()), text: Type.Optional(Type.String()) });
const body = Type.Object({ name: Type.String() });
const reply = Type.Object({ name: Type.String() });
const base = { tag: 'things', summary: 'Does it', permission: 'tenants.read' as const };

function described(declared: ReturnType<typeof operation>): Record<string, Record<string, unknown>> {
  const { config, schema } = declared;
  return describedSchema(schema as never, config.operation, config.permission) as never;
}

describe('an operation in the document', () => {
  const whole = described(
    operation({
      ...base,
      id: 'doIt',
      params,
      query,
      body,
      status: 201,
      reply,
      problems: [404],
      idempotent: true,
      example: { params: { id: 'x' }, query: { limit: 5 }, body: { name: 'a' }, reply: { name: 'a' } },
    }) as never,
  );

  it('shows its examples where they belong', () => {
    expect(whole.params).toMatchObject({ properties: { id: { examples: ['x'] } } });
    expect(whole.querystring).toMatchObject({
      properties: { limit: { examples: [5] }, text: expect.not.objectContaining({ examples: expect.anything() }) },
    });
    expect(whole.body).toMatchObject({ examples: [{ name: 'a' }] });
    expect(whole.response?.[201]).toMatchObject({
      examples: [{ name: 'a' }],
      headers: { Location: {}, ETag: {}, 'Idempotent-Replayed': {} },
    });
  });

  it('says which permission it needs, and which headers it heeds', () => {
    expect(whole['x-permission']).toBe('tenants.read');
    expect(Object.keys((whole.headers as { properties: object }).properties)).toEqual(['Idempotency-Key']);
  });

  it('names every problem that it can answer with', () => {
    expect(Object.keys(whole.response ?? {}).map(Number)).toEqual([201, 400, 401, 403, 404, 409, 413, 415, 422, 503]);
  });

  it.each([
    ['read', ['If-None-Match'], [200, 304, 400, 401, 403, 503]],
    ['write', ['If-Match'], [200, 400, 401, 403, 412, 503]],
  ] as const)('that is a conditional %s says so', (conditional, headers, statuses) => {
    const schema = described(operation({ ...base, id: 'look', reply, conditional, example: { reply: { name: 'a' } } }) as never);
    expect(Object.keys((schema.headers as { properties: object }).properties)).toEqual(headers);
    expect(Object.keys(schema.response ?? {}).map(Number)).toEqual(statuses);
  });

  it('is left as it is: the schema that checks requests gets no examples', () => {
    const declared = operation({ ...base, id: 'look', query, reply, example: { query: { limit: 1 } } });
    described(declared as never);
    expect(JSON.stringify(declared.schema)).not.toContain('examples');
  });
});
