import type { RoutePermission } from '@etis/contracts/http';
import type { Static, TSchema } from 'typebox';
import { noQuery } from './schemas.ts';

/** What the document says of an operation beyond its schemas; it lies in the route's config. */
export interface OperationDocument {
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly status: number;
  readonly produces: string;
  /** Request headers that it heeds beside the shared ones: name and description. */
  readonly headers: Readonly<Record<string, string>>;
  /** Statuses of the problems that it can answer with, beyond those that all share. */
  readonly problems: readonly number[];
  readonly conditional?: 'read' | 'write' | undefined;
  readonly idempotent: boolean;
  readonly example: {
    readonly params?: unknown;
    readonly query?: unknown;
    readonly body?: unknown;
    readonly reply?: unknown;
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: OperationDocument;
  }
}

interface Declaration<P, Q, B, R, S> {
  /** camelCase, unique: what generated clients call it. */
  readonly id: string;
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  readonly permission: RoutePermission;
  /** Why it answers whatever the directives in force say. By default it does not. */
  readonly exempt?: string;
  readonly params?: P;
  /** Without one, a query of any kind is refused. */
  readonly query?: Q;
  readonly body?: B;
  /** 200 by default. */
  readonly status?: S;
  readonly reply: R;
  /** application/json by default. */
  readonly produces?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly problems?: readonly number[];
  /** `read` answers with an ETag and heeds If-None-Match; `write` heeds If-Match and If-None-Match: *. */
  readonly conditional?: 'read' | 'write';
  /** Heeds Idempotency-Key. */
  readonly idempotent?: boolean;
  /** A request that works, and what it is answered with. A test runs it. */
  readonly example: {
    readonly params?: StaticOf<P>;
    readonly query?: StaticOf<Q>;
    readonly body?: StaticOf<B>;
    readonly reply?: StaticOf<R>;
  };
}

type StaticOf<T> = T extends TSchema ? Static<T> : never;

/** Bytes; the largest that any operation needs is a schedule's payload. */
const bodyLimit = 65_536;

/** What Fastify is told of an operation: its schemas, and its document for OpenAPI. */
export function operation<
  P extends TSchema | undefined = undefined,
  Q extends TSchema = typeof noQuery,
  B extends TSchema | undefined = undefined,
  R extends TSchema = TSchema,
  S extends number = 200,
>(declared: Declaration<P, Q, B, R, S>) {
  const { id, tag, summary, permission, problems = [], conditional, idempotent = false, example } = declared;
  const { produces = 'application/json', headers = {} } = declared;
  const status = (declared.status ?? 200) as S;
  const document: OperationDocument = {
    id,
    tag,
    summary,
    ...(declared.description === undefined ? {} : { description: declared.description }),
    status,
    produces,
    headers,
    problems,
    conditional,
    idempotent,
    example,
  };
  const schema = {
    ...(declared.params === undefined ? {} : { params: declared.params }),
    querystring: declared.query ?? noQuery,
    ...(declared.body === undefined ? {} : { body: declared.body }),
    response: { [status]: declared.reply },
  };
  return {
    bodyLimit,
    config: { permission, operation: document, ...(declared.exempt === undefined ? {} : { directives: { exempt: declared.exempt } }) },
    schema: schema as unknown as { params: P; querystring: Q; body: B; response: { [Status in S]: R } },
  };
}
