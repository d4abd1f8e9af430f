import type { FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { OperationDocument } from '../operation.ts';
import { problemReply, text } from '../schemas.ts';

type Described = FastifySchema & Record<string, unknown>;

/** What an operation's schema is in the document: with its examples, the headers that it heeds, and every problem that it can answer with. */
export function describedSchema(schema: FastifySchema, operation: OperationDocument, permission: unknown): Described {
  const { id, tag, summary, description, example } = operation;
  const headers = headersOf(operation);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(typeof permission === 'string' ? { 'x-permission': permission } : {}),
    ...(schema.params === undefined ? {} : { params: withExamples(schema.params, example.params) }),
    querystring: withExamples(schema.querystring, example.query),
    ...(Object.keys(headers).length === 0 ? {} : { headers: Type.Object(headers) }),
    ...(schema.body === undefined ? {} : { body: { ...schema.body, examples: [example.body] } }),
    response: { ...replies(schema, operation), ...problems(operation, schema.body !== undefined) },
  };
}

function withExamples(schema: unknown, examples: unknown): unknown {
  const { properties, ...rest } = schema as { properties: Record<string, object> };
  const given = (examples ?? {}) as Record<string, unknown>;
  const shown = Object.entries(properties).map(([name, property]) => [
    name,
    Object.hasOwn(given, name) ? { ...property, examples: [given[name]] } : property,
  ]);
  return { ...rest, properties: Object.fromEntries(shown) };
}

function headersOf({ conditional, idempotent, headers }: OperationDocument): Record<string, TSchema> {
  const optional = (description: string) => Type.Optional(Type.String({ description }));
  return {
    ...(conditional === 'read' ? { 'If-None-Match': optional('the ETag that is known; where it still holds, the answer is 304') } : {}),
    ...(conditional === 'write'
      ? { 'If-Match': optional('the ETag of what is to be changed, or *; where it is something else by now, the answer is 412') }
      : {}),
    ...(idempotent
      ? { 'Idempotency-Key': optional('1 to 255 visible ASCII characters; the same request with it is done once in 24 hours') }
      : {}),
    ...Object.fromEntries(Object.entries(headers).map(([name, description]) => [name, optional(description)])),
  };
}

function replies(schema: FastifySchema, operation: OperationDocument): Record<string, unknown> {
  const { status, example, conditional, produces } = operation;
  const reply = (schema.response as Record<string, { description?: string }>)[status] as Record<string, unknown>;
  const headers = {
    ...((conditional === undefined && status !== 201) || status === 204
      ? {}
      : { ETag: { ...text, description: 'the version of what is shown' } }),
    ...(status === 201 ? { Location: { ...text, description: 'the path of what was made' } } : {}),
    ...(operation.idempotent ? { 'Idempotent-Replayed': { ...text, description: '`true` where an earlier answer is repeated' } } : {}),
  };
  const described = { 'x-response-description': descriptionOf(status), ...(Object.keys(headers).length === 0 ? {} : { headers }) };
  if (produces !== 'application/json') {
    const content = { [produces]: { schema: reply, example: example.reply } };
    return { [status]: { description: descriptionOf(status), content } };
  }
  const unchanged = conditional === 'read' ? { 304: Type.Null({ description: 'It is as If-None-Match says.' }) } : {};
  return { [status]: status === 204 ? reply : { ...reply, ...described, examples: [example.reply] }, ...unchanged };
}

function descriptionOf(status: number): string {
  return status === 201 ? 'It was made.' : 'It was done as asked.';
}

const meanings: Readonly<Record<number, string>> = {
  400: 'The request cannot be; `errors` names the places.',
  401: 'The request brought no valid credential.',
  403: 'The credential lacks the permission.',
  404: 'There is no such thing.',
  409: 'It contradicts what is there.',
  412: 'What is there is not what If-Match or If-None-Match says.',
  413: 'The body is larger than this operation takes.',
  415: 'The body is not JSON.',
  422: 'The Idempotency-Key belongs to another request.',
  429: 'Too much at once; Retry-After says when to ask again.',
  503: 'It cannot be done just now; Retry-After says when to ask again.',
};

function problems({ problems: own, conditional, idempotent }: OperationDocument, takesBody: boolean): Record<string, unknown> {
  const statuses = new Set([
    ...[400, 401, 403, 503, ...own],
    ...(conditional === 'write' ? [412] : []),
    ...(takesBody ? [413, 415] : []),
    ...(idempotent ? [409, 422] : []),
  ]);
  return Object.fromEntries(
    [...statuses]
      .sort((one, other) => one - other)
      .map((status) => [status, { description: meanings[status], content: { 'application/problem+json': { schema: problemReply } } }]),
  );
}
