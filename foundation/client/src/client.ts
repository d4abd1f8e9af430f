import openapiFetch, { type FetchResponse, type MaybeOptionalInit, type Middleware } from 'openapi-fetch';
import { type Change, type ChangesOptions, followChanges } from './changes.ts';
import type { paths } from './platform-api.ts';
import { ProblemError, problemOf, UnreachableError } from './problem-error.ts';

/** What was answered. `etag` is what a later write names in `If-Match`; null where the answer has none. */
export interface Answer<T> {
  readonly data: T;
  readonly etag: string | null;
  readonly response: Response;
}

type Json = `${string}/json`;
type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

type PathsOf<M extends Method> = {
  [Path in keyof paths]: paths[Path] extends Record<M, { readonly responses: unknown }> ? Path : never;
}[keyof paths];
type Operation<Path extends keyof paths, M extends Method> = paths[Path][M & keyof paths[Path]];
type InitOf<Path extends keyof paths, M extends Method> = MaybeOptionalInit<paths[Path], M & keyof paths[Path]>;
type Rest<Init> = undefined extends Init ? readonly [init?: Init] : readonly [init: Init];
type DataOf<T> = T extends Record<string | number, unknown> ? NonNullable<FetchResponse<T, object, Json>['data']> : never;

/** One method of the API: the path as the document writes it, and what the operation takes. */
export type Call<M extends Method> = <Path extends PathsOf<M>>(
  path: Path,
  ...init: Rest<InitOf<Path, M>>
) => Promise<Answer<DataOf<Operation<Path, M>>>>;

/** Lists, and what they are lists of. */
type ItemOf<T> = DataOf<T> extends { readonly items: readonly (infer Item)[]; readonly next: string | null } ? Item : never;
type ListPath = { [Path in PathsOf<'get'>]: [ItemOf<Operation<Path, 'get'>>] extends [never] ? never : Path }[PathsOf<'get'>];

/**
 * The Platform API of one installation, typed by its OpenAPI document.
 *
 * ```ts
 * const etis = createClient({ url: 'http://127.0.0.1:8080', token });
 *
 * const { data, etag } = await etis.get('/api/v1/tenants/{tenant}', { params: { path: { tenant: 'acme' } } });
 * await etis.patch('/api/v1/tenants/{tenant}', {
 *   params: { path: { tenant: 'acme' }, header: { 'If-Match': etag ?? '*' } },
 *   body: { status: 'suspended' },
 * });
 * for await (const event of etis.items('/api/v1/events', { params: { query: { tenant: 'acme' } } })) console.log(event.type);
 * for await (const change of etis.changes({ signal })) console.log(change.resource, change.id);
 * ```
 *
 * Every method throws `ProblemError` for an answer that is no success (also for 304, with the code NOT_MODIFIED) and `UnreachableError` where
 * nothing answers. Nothing is repeated by itself: give a POST an `Idempotency-Key` and it is safe to send again.
 */
export interface Client {
  readonly url: string;
  readonly get: Call<'get'>;
  readonly put: Call<'put'>;
  readonly post: Call<'post'>;
  readonly patch: Call<'patch'>;
  readonly delete: Call<'delete'>;
  /** Every item of a list, page after page, asked for as it is read. `limit` is the size of a page. */
  items<Path extends ListPath>(path: Path, ...init: Rest<InitOf<Path, 'get'>>): AsyncGenerator<ItemOf<Operation<Path, 'get'>>, void, void>;
  /** Changes as they happen; opened again where it was left when the connection ends. */
  changes(options?: ChangesOptions): AsyncGenerator<Change, void, void>;
}

export interface ClientOptions {
  /** Where the installation listens, for example `https://etis.example`. */
  readonly url: string;
  /** The credential; asked for at each request where it is a function. */
  readonly token: string | (() => string | Promise<string>);
  /** By default the global one. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** How long a request may take, 30,000 milliseconds by default. It does not count for `changes`. */
  readonly timeoutMs?: number;
  /** Turns what goes wrong into an error of the caller's own; by default it stays what it is. */
  readonly translate?: (error: ProblemError | UnreachableError) => unknown;
}

export function createClient(options: ClientOptions): Client {
  const { url, token, fetch = (request: Request) => globalThis.fetch(request), timeoutMs = 30_000 } = options;
  const credential = async () => `Bearer ${typeof token === 'function' ? await token() : token}`;

  async function bounded(request: Request): Promise<Response> {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
    return reached(fetch(new Request(request, { signal })), request.signal);
  }

  /** A caller that gave up hears that and nothing else. */
  async function reached(answer: Promise<Response>, signal: AbortSignal): Promise<Response> {
    try {
      return await answer;
    } catch (error) {
      throw signal.aborted ? signal.reason : new UnreachableError(url, error);
    }
  }

  function told(error: unknown): unknown {
    const ours = error instanceof ProblemError || error instanceof UnreachableError;
    return ours && options.translate !== undefined ? options.translate(error) : error;
  }

  const authorised: Middleware = {
    async onRequest({ request }) {
      request.headers.set('authorization', await credential());
      return request;
    },
    async onResponse({ response }) {
      if (!response.ok) throw await problemOf(response);
    },
  };

  const inner = openapiFetch<paths, Json>({ baseUrl: url, fetch: bounded });
  inner.use(authorised);

  /** The types of a call are those of the document; below, openapi-fetch is the same for all of them. */
  function callOf<M extends Method>(method: unknown): Call<M> {
    const send = method as (path: string, init: unknown) => Promise<{ data: unknown; response: Response }>;
    const call = async (path: string, init: unknown) => {
      const { data, response } = await send(path, init).catch((error: unknown) => {
        throw told(error);
      });
      return { data, response, etag: response.headers.get('etag') };
    };
    return call as unknown as Call<M>;
  }

  const get = callOf<'get'>(inner.GET);

  async function* items(path: string, init: { params?: { query?: object } } = {}): AsyncGenerator<unknown, void, void> {
    const next = get as unknown as (path: string, init: unknown) => Promise<Answer<{ items: readonly unknown[]; next: string | null }>>;
    let cursor: string | null = null;
    do {
      const query: object = { ...init.params?.query, ...(cursor === null ? {} : { cursor }) };
      const { data } = await next(path, { ...init, params: { ...init.params, query } });
      yield* data.items;
      cursor = data.next;
    } while (cursor !== null);
  }

  async function openChanges(lastEventId: string | null, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const headers = {
      accept: 'text/event-stream',
      authorization: await credential(),
      ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
    };
    const request = new Request(new URL('/api/v1/changes', url), { headers, signal });
    const response = await reached(fetch(request), signal);
    if (!response.ok || response.body === null) throw await problemOf(response);
    return chunksOf(response.body);
  }

  return {
    url,
    get,
    put: callOf<'put'>(inner.PUT),
    post: callOf<'post'>(inner.POST),
    patch: callOf<'patch'>(inner.PATCH),
    delete: callOf<'delete'>(inner.DELETE),
    items: items as unknown as Client['items'],
    async *changes(following = {}) {
      try {
        yield* followChanges(openChanges, following);
      } catch (error) {
        throw told(error);
      }
    },
  };
}

/** Not every browser iterates a stream by itself. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
