import { EtisError } from '@etis/kernel';
import type { FastifyRequest } from 'fastify';

/** A request, and the schema of its body, which knows fields that the request left out. */
type Located = Pick<FastifyRequest, 'params' | 'query' | 'body'> & { readonly bodySchema?: unknown };

/**
 * Says of an error that the domain found in what was asked for where in the request that stands: the domain names a field, a caller wants the
 * place. Anything else is passed on as it is.
 */
export function located(error: unknown, request: Located): unknown {
  if (!(error instanceof EtisError) || error.kind !== 'invalid') return error;
  const details = error.details?.map(({ pointer, detail }) => ({ pointer: placeOf(pointer, request), detail })) ?? [
    { pointer: error.code.endsWith('_CURSOR_MALFORMED') ? 'cursor' : '', detail: error.message },
  ];
  const { code, kind, retryable, message, internal, cause } = error;
  return new EtisError({ code, kind, retryable, message, internal, details, cause });
}

/** Ids that the domain calls by what they are of, and a body by `id`. */
const ownIds: ReadonlySet<string> = new Set(['tenant', 'connection']);

function placeOf(pointer: string, { params, query, body, bodySchema }: Located): string {
  if (pointer === '' || pointer.startsWith('/')) return pointer;
  if (has(body, pointer)) return `/${pointer}`;
  if (has(params, pointer) || has(query, pointer)) return pointer;
  if (ownIds.has(pointer) && has(body, 'id')) return '/id';
  return has(propertiesOf(bodySchema), pointer) ? `/${pointer}` : pointer;
}

function propertiesOf(schema: unknown): unknown {
  return typeof schema === 'object' && schema !== null && 'properties' in schema ? schema.properties : undefined;
}

function has(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}
