import { isDeepStrictEqual } from 'node:util';

type Json = Readonly<Record<string, unknown>>;

const problemType = 'application/problem+json';

/**
 * Moves every schema that has a title, and every answer that is a problem, into the document's components, so that it has one name and is said
 * once. @throws Error where two different schemas have one title
 */
export function withNamedSchemas(document: Json): Json {
  const schemas: Record<string, unknown> = {};
  const responses: Record<string, unknown> = {};

  /** Everything of the document that is no schema; below the key `schema` there is one. */
  function walk(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(walk);
    if (!isObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, within(key, value)]));
  }

  function within(key: string, value: unknown): unknown {
    if (key === 'schema') return hoist(value);
    if (key === 'responses' && isObject(value)) return shared(value);
    return leaf(key) ? value : walk(value);
  }

  function hoist(node: unknown): unknown {
    if (!isObject(node)) return node;
    const { title, ...inner } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, below(key, value)]));
    if (typeof title !== 'string') return inner;
    if (schemas[title] !== undefined && !isDeepStrictEqual(schemas[title], inner))
      throw new Error(`two different schemas are called ${title}`);
    schemas[title] = inner;
    return { $ref: `#/components/schemas/${title}` };
  }

  function below(key: string, value: unknown): unknown {
    if (key === 'items' || key === 'additionalProperties') return hoist(value);
    if ((key === 'anyOf' || key === 'oneOf' || key === 'allOf') && Array.isArray(value)) return value.map(hoist);
    if (key === 'properties' && isObject(value))
      return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, hoist(schema)]));
    return value;
  }

  function shared(answers: Record<string, unknown>): Json {
    return Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => {
        if (!isObject(answer) || !isObject(answer.content) || !Object.hasOwn(answer.content, problemType)) return [status, walk(answer)];
        const name = `Problem${status}`;
        responses[name] = walk(answer);
        return [status, { $ref: `#/components/responses/${name}` }];
      }),
    );
  }

  const { components, ...rest } = document;
  const walked = walk(rest) as Json;
  return { ...walked, components: { ...(isObject(components) ? components : {}), schemas: sorted(schemas), responses: sorted(responses) } };
}

function sorted(members: Json): Json {
  return Object.fromEntries(Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Values that are data and only look like parts of the document. */
function leaf(key: string): boolean {
  return key === 'example' || key === 'examples';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
