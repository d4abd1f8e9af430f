import type { EtisError } from '@etis/kernel';
import fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { exactValidatorCompiler } from './exact-validation.ts';

const query = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    name: Type.Optional(Type.String({ maxLength: 5 })),
    flag: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

function check(value: unknown, httpPart = 'querystring'): { value?: unknown; error?: EtisError } {
  const validate = exactValidatorCompiler({ schema: query, method: 'GET', url: '/', httpPart });
  return validate(value) as { value?: unknown; error?: EtisError };
}

describe('a query', () => {
  it('becomes the values of its schema', () => {
    expect(check({ limit: '7', name: '7', flag: 'true' })).toEqual({ value: { limit: 7, name: '7', flag: true } });
    expect(check({})).toEqual({ value: {} });
  });

  it('takes an integer in exactly its usual way of writing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: -10, max: 300 }).map(String),
          fc.string({ unit: fc.constantFrom('0', '1', '9', '.', 'e', '-', '+', 'x', ' ') }),
        ),
        (limit) => {
          const valid = /^[1-9][0-9]{0,2}$/.test(limit) && Number(limit) <= 200;
          const { value, error } = check({ limit });
          if (valid) expect(value).toEqual({ limit: Number(limit) });
          else expect(error).toMatchObject({ code: 'CONTROL_INPUT_INVALID', message: expect.stringContaining('limit') });
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(['1', '0', 'TRUE', 'yes', ''])('takes no %j for a boolean', (flag) => {
    expect(check({ flag }).error?.message).toContain('flag');
  });

  it('names the field that it does not know, whatever it is called', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300 }), (field) => {
        fc.pre(!['limit', 'name', 'flag'].includes(field));
        const { error } = check(Object.defineProperty({}, field, { value: 'x', enumerable: true }));
        expect(error).toMatchObject({ code: 'CONTROL_INPUT_INVALID', kind: 'invalid' });
        expect(error?.message).toContain(field.slice(0, 100));
        expect(error?.message.length).toBeLessThan(200);
      }),
    );
  });

  it('is refused where a field is given twice', () => {
    expect(check({ name: ['a', 'b'] }).error?.message).toContain('name');
    expect(check({ limit: ['1', '2'] }).error?.message).toContain('limit');
  });

  it('leaves what it was given as it is', () => {
    const given = Object.freeze({ limit: '7' });
    check(given);
    expect(given).toEqual({ limit: '7' });
  });
});

describe('a body', () => {
  it('is not converted', () => {
    expect(check({ limit: 7 }, 'body')).toEqual({ value: { limit: 7 } });
    expect(check({ limit: '7' }, 'body').error).toMatchObject({ code: 'CONTROL_INPUT_INVALID' });
  });

  it.each([null, undefined, 'text', 1, [], [{}]])('is refused as %j', (body) => {
    expect(check(body, 'body').error).toMatchObject({ code: 'CONTROL_INPUT_INVALID' });
  });
});

describe('the places that are refused', () => {
  const nested = Type.Object(
    { list: Type.Array(Type.Object({ 'a/b': Type.String() }, { additionalProperties: false })), name: Type.String({ minLength: 1 }) },
    { additionalProperties: false },
  );
  const places = (value: unknown, schema: unknown = nested, httpPart = 'body') => {
    const validate = exactValidatorCompiler({ schema: schema as typeof nested, method: 'GET', url: '/', httpPart });
    return (validate(value) as { error?: EtisError }).error?.details?.map(({ pointer }) => pointer).sort();
  };

  it('are JSON Pointers into a body, all of them', () => {
    expect(places({ list: [{ 'a/b': 1 }, {}, { 'a/b': 'x', '~': 1 }], name: '', more: 1 })).toEqual([
      '/list/0/a~1b',
      '/list/1/a~1b',
      '/list/2/~0',
      '/more',
      '/name',
    ]);
    expect(places({})).toEqual(['/list', '/name']);
    expect(places(null)).toEqual(['']);
  });

  it('are names in a query and a path', () => {
    expect(places({ limit: 'x', more: 'y' }, query, 'querystring')).toEqual(['limit', 'more']);
    expect(places({ limit: '1.0' }, query, 'params')).toEqual(['limit']);
  });

  it('are not more than a reader can take, however many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, 1]));
    const found = places({ list: [], name: 'x', ...many });
    expect(found?.length).toBeGreaterThan(1);
    expect(found?.length).toBeLessThan(20);
    for (const pointer of found ?? []) expect(pointer).toMatch(/^\/f\d+$/);
  });
});
