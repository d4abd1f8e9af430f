import type { Answer, ApiUnderTest } from '../api-under-test.ts';

type Schema = Record<string, unknown>;

interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

/** One operation of the document, with every reference resolved. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly permission: string;
  readonly parameters: readonly DocumentedParameter[];
  readonly body: { readonly schema: Schema; readonly example: unknown } | null;
  /** By status: the schema of the body, null where it has none. */
  readonly replies: ReadonlyMap<number, { readonly type: string | null; readonly schema: Schema | null; readonly example?: unknown }>;
}

/** Reads the operations out of an OpenAPI document. */
export function operationsOf(document: Schema): readonly DocumentedOperation[] {
  const paths = document.paths as Record<string, Record<string, Schema>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => {
      const operation = resolved(raw, document) as Schema;
      const content = (operation.requestBody as { content: Record<string, { schema: Schema; example: unknown }> } | undefined)?.content;
      const body = content?.['application/json'];
      return {
        id: String(operation.operationId),
        method: method.toUpperCase(),
        path,
        permission: String(operation['x-permission']),
        parameters: (operation.parameters ?? []) as DocumentedParameter[],
        body: body === undefined ? null : { schema: body.schema, example: body.example },
        replies: new Map(
          Object.entries(operation.responses as Record<string, { content?: Record<string, { schema: Schema; example?: unknown }> }>).map(
            ([status, reply]) => {
              const [type, media] = Object.entries(reply.content ?? {})[0] ?? [null, null];
              return [Number(status), { type, schema: media?.schema ?? null, example: media?.example }];
            },
          ),
        ),
      };
    }),
  );
}

function resolved(node: unknown, document: Schema): unknown {
  if (Array.isArray(node)) return node.map((item) => resolved(item, document));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref } = node as Schema;
  if (typeof $ref === 'string') {
    const target = $ref
      .split('/')
      .slice(1)
      .reduce<unknown>((at, part) => (at as Schema)[part], document);
    return resolved(target, document);
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolved(value, document)]));
}

/** What a request says, by place. */
export interface RequestValues {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for none. */
  readonly body: unknown;
}

/** The request that the document's examples make. */
export function exampleRequest(operation: DocumentedOperation): RequestValues {
  const given = (place: string) =>
    Object.fromEntries(
      operation.parameters.filter((one) => one.in === place && one.example !== undefined).map((one) => [one.name, one.example]),
    );
  return { path: given('path'), query: given('query'), headers: {}, body: operation.body?.example };
}

export function send(api: Pick<ApiUnderTest, 'ask'>, operation: DocumentedOperation, values: RequestValues): Promise<Answer> {
  const path = operation.path
    .replace('/api/v1', '')
    .replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(String(values.path[name])));
  const query = new URLSearchParams(
    Object.entries(values.query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  const body = values.body === undefined ? {} : { body: values.body };
  return api.ask(operation.method, query === '' ? path : `${path}?${query}`, { headers: values.headers, ...body });
}
