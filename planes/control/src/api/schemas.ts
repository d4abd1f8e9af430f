import { type Static, type TSchema, Type } from 'typebox';

/** Nothing beyond what is named: what a request says and nobody reads is an error of the caller. */
export const strict = { additionalProperties: false };

export const text = Type.String();
export const integer = Type.Integer();
export const time = Type.String({ format: 'date-time', description: 'RFC 3339, in UTC' });

/** A list whose handler need not copy what it was given. */
export const list = <T extends TSchema>(items: T) => Type.Unsafe<readonly Static<T>[]>(Type.Array(items));

/** One of a few words. */
export const oneOf = <const Words extends readonly string[]>(words: Words, options: { description?: string } = {}) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], ...options });

/** The same or null, as one type where that can be: it is serialised without trying alternatives. */
export function nullable<T extends TSchema>(schema: T) {
  const { type, enum: words } = schema as { type?: unknown; enum?: unknown };
  const simple = typeof type === 'string' && type !== 'object' && words === undefined;
  return Type.Unsafe<Static<T> | null>(simple ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] });
}

/** A schema with a name of its own in the document. Two with one name are the same. */
export const named = <T extends TSchema>(title: string, schema: T): T => Object.assign(schema, { title });

const printable = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** Text without control characters. */
export const plainText = (maxLength: number, options: { minLength?: number; description?: string } = {}) =>
  Type.String({ minLength: 1, maxLength, pattern: printable, ...options });

export const tenantId = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: 'the id of a tenant' });
export const productId = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: 'the id of a product' });
export const clusterId = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: 'the id of a cluster' });
export const connectionId = Type.String({ pattern: '^[a-z0-9-]{1,60}$', description: 'the id of a connection' });
export const sourceKind = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: 'the kind of a source' });
export const uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });

/** `{ items, next }`: one page; `next` is the cursor of the following one, null on the last. */
export const pageOf = <T extends TSchema>(items: T) =>
  Type.Object({
    items: list(items),
    next: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'the cursor of the next page; null on the last' }),
  });

export const pageFields = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'how many at most; 50 by default' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'the `next` of the page before' })),
};
export const pageQuery = Type.Object(pageFields, strict);
export const tenantPageQuery = Type.Object({ ...pageFields, tenant: Type.Optional(tenantId) }, strict);
export const noQuery = Type.Object({}, strict);

/** How many a bulk order changes at most. */
export const bulkLimit = Type.Integer({ minimum: 1, maximum: 1000, description: 'how many at most, the oldest first' });
export const bulkReply = named(
  'BulkResult',
  Type.Object({
    changed: Type.Integer({ description: 'how many were changed' }),
    more: Type.Boolean({ description: 'whether the limit left some behind' }),
  }),
);

export const problemReply = named(
  'Problem',
  Type.Object({
    type: Type.String({ description: 'the same for every occurrence of a code' }),
    title: text,
    status: integer,
    detail: Type.String({ description: 'what happened, why, and what to do' }),
    code: Type.String({ description: 'stable; what programs tell problems apart by' }),
    instance: Type.Optional(Type.String({ description: 'what to quote when asking for help' })),
    errors: Type.Optional(
      list(
        Type.Object({
          pointer: Type.String({ description: 'a JSON Pointer into the body, or the name of a query field, path parameter or header' }),
          detail: text,
        }),
      ),
    ),
  }),
);
