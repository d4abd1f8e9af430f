import fc from 'fast-check';

type Schema = Readonly<Record<string, unknown>>;

/** Values that fit a schema of the document. */
export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const {
    type,
    anyOf,
    enum: words,
  } = schema as { type?: string | readonly string[]; anyOf?: readonly Schema[]; enum?: readonly unknown[] };
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(valuesOf));
  if (words !== undefined) return fc.constantFrom(...words);
  if (Array.isArray(type)) return fc.oneof(...type.map((one: string) => valuesOf({ ...schema, type: one })));
  if (type === 'string') return texts(schema);
  if (type === 'integer') return fc.integer({ min: Number(schema.minimum ?? -1_000), max: Number(schema.maximum ?? 1_000) });
  if (type === 'number') return fc.double({ noNaN: true });
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'array') return lists(schema);
  if (type === 'object') return objects(schema);
  return fc.jsonValue();
}

function texts({ pattern, minLength, maxLength, format }: Schema): fc.Arbitrary<string> {
  // A schema counts characters, and half of the emoji are two units.
  const fits = (text: string) => [...text].length >= Number(minLength ?? 0) && text.length <= Number(maxLength ?? 1_000);
  if (format === 'date-time') {
    return fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (typeof pattern !== 'string') return fc.string({ maxLength: 30 }).filter(fits);
  // Free text: without the pattern a generator knows how to find more interesting characters.
  if (pattern.startsWith('^[^'))
    return fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => fits(text) && new RegExp(pattern).test(text));
  return fc.stringMatching(new RegExp(pattern)).filter(fits);
}

function lists({ items, minItems = 0, uniqueItems }: Schema): fc.Arbitrary<unknown[]> {
  const bounds = { minLength: Number(minItems), maxLength: Math.max(4, Number(minItems)) };
  const item = valuesOf(items as Schema);
  return uniqueItems === true ? fc.uniqueArray(item, { ...bounds, selector: JSON.stringify }) : fc.array(item, bounds);
}

function objects({
  properties = {},
  required = [],
  minProperties = 0,
  additionalProperties,
}: Schema): fc.Arbitrary<Record<string, unknown>> {
  if (Object.keys(properties as Schema).length === 0 && typeof additionalProperties === 'object') {
    return fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), valuesOf(additionalProperties as Schema), {
      minKeys: Number(minProperties),
      maxKeys: 4,
    });
  }
  const members = Object.entries(properties as Record<string, Schema>).map(([name, schema]) => [name, valuesOf(schema)] as const);
  return fc
    .record(Object.fromEntries(members), { requiredKeys: [...(required as string[])] })
    .filter((value) => Object.keys(value).length >= Number(minProperties));
}

/** Values that hardly any schema takes. */
export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '../../etc/passwd',
    "' or 1=1--",
    '%2e%2e',
    '1e2',
    '0x10',
    '+5',
    'null',
    '__proto__',
    '\ud83d\ude00'.repeat(40),
    'x'.repeat(2_000),
    -1,
    0,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    true,
    false,
    null,
    [],
    [[]],
    {},
    { toString: 'x' },
    { constructor: { prototype: 1 } },
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }),
);
