import { describe, expect, it } from 'vitest';
import { withNamedSchemas } from './named-schemas.ts';

const tenant = { title: 'Tenant', type: 'object', properties: { title: { type: 'string' }, place: { title: 'Place', type: 'string' } } };

describe('named schemas', () => {
  it('are said once, wherever they stand', () => {
    const document = withNamedSchemas({
      info: { title: 'Not a schema' },
      paths: {
        '/a': {
          get: { content: { schema: { type: 'array', items: tenant } } },
          put: { content: { schema: { anyOf: [tenant, { type: 'null' }] } } },
        },
      },
    });
    expect(document).toEqual({
      info: { title: 'Not a schema' },
      paths: {
        '/a': {
          get: { content: { schema: { type: 'array', items: { $ref: '#/components/schemas/Tenant' } } } },
          put: { content: { schema: { anyOf: [{ $ref: '#/components/schemas/Tenant' }, { type: 'null' }] } } },
        },
      },
      components: {
        schemas: {
          Place: { type: 'string' },
          Tenant: { type: 'object', properties: { title: { type: 'string' }, place: { $ref: '#/components/schemas/Place' } } },
        },
        responses: {},
      },
    });
  });

  it('cannot be two', () => {
    const schema = (type: string) => ({ schema: { title: 'Twice', type } });
    expect(() => withNamedSchemas({ one: schema('string'), other: schema('number') })).toThrow('two different schemas are called Twice');
  });

  it('leave data alone that looks like them', () => {
    const example = { title: 'Tenant', schema: { title: 'Data' } };
    expect(withNamedSchemas({ content: { example, examples: [example] } })).toMatchObject({ content: { example, examples: [example] } });
  });

  it('share problems by their status', () => {
    const problem = { description: 'no', content: { 'application/problem+json': { schema: { title: 'Problem', type: 'object' } } } };
    const document = withNamedSchemas({ responses: { 200: { description: 'yes' }, 404: problem } });
    expect(document).toMatchObject({
      responses: { 200: { description: 'yes' }, 404: { $ref: '#/components/responses/Problem404' } },
      components: {
        responses: { Problem404: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } } },
      },
    });
  });
});
