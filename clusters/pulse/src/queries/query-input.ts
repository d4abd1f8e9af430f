import { type Static, schema } from '@etis/runtime/sdk';

/** Measures and dimensions are names of the model: at most 40 characters of `[a-z0-9_]`. */
const name = schema.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' });
const text = schema.String({ maxLength: 500 });
const value = schema.Union([text, schema.Boolean()]);

export const grains = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export const operators = ['equals', 'not-equals', 'in', 'contains', 'is-null'] as const;

const closed = { additionalProperties: false } as const;

const filterInput = schema.Object(
  {
    dimension: name,
    operator: schema.Enum(operators),
    values: schema.Optional(schema.Array(value, { maxItems: 100 })),
  },
  closed,
);

/** What may be asked of a dataset. */
export const queryInput = schema.Object(
  {
    dataset: schema.String({ maxLength: 130 }),
    measures: schema.Array(name, { minItems: 1, maxItems: 10 }),
    dimensions: schema.Optional(schema.Array(name, { maxItems: 5 })),
    grain: schema.Optional(schema.Enum(grains)),
    /** An IANA name such as Europe/Berlin; by default UTC. */
    timezone: schema.Optional(schema.String({ maxLength: 60 })),
    /** RFC 3339; from is part of the range, to is not. */
    from: schema.Optional(schema.String({ maxLength: 40 })),
    to: schema.Optional(schema.String({ maxLength: 40 })),
    filters: schema.Optional(schema.Array(filterInput, { maxItems: 20 })),
    /** By default by time and dimensions, rising. */
    order: schema.Optional(
      schema.Array(schema.Object({ by: name, descending: schema.Optional(schema.Boolean()) }, closed), { maxItems: 5 }),
    ),
    /** By default 1,000. */
    limit: schema.Optional(schema.Integer({ minimum: 1, maximum: 10_000 })),
  },
  closed,
);

export type Query = Static<typeof queryInput>;
export type Filter = Static<typeof filterInput>;
