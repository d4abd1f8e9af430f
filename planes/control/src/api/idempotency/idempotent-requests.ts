import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors, invalidInput } from '../../errors.ts';
import type { IdempotencyStore, StoredReply } from './idempotency-store.ts';

/** Headers that belong to an answer and not to its transport. */
const keptHeaders = ['content-type', 'etag', 'location'] as const;

/**
 * Makes operations that heed `Idempotency-Key` do a request once, however often it is sent in 24 hours: a repeat is answered as the first was,
 * with `Idempotent-Replayed: true`. An answer that refuses (4xx) is not kept, since nothing was done; after a failure (5xx) the outcome may be
 * unknown, so the key stays taken for a minute.
 */
export function answerOnce(app: FastifyInstance, store: IdempotencyStore): void {
  const claims = new WeakMap<FastifyRequest, string>();

  async function claim(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const header = request.headers['idempotency-key'];
    const operation = request.routeOptions.config.operation;
    if (header === undefined || operation === undefined) return undefined;
    const key = typeof header === 'string' ? header.trim() : '';
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw invalidInput('Idempotency-Key', 'it has 1 to 255 visible ASCII characters');
    const found = await store.claim(request.etis, { operation: operation.id, key, hash: hashOf(request) });
    if (found.outcome === 'other') throw errors.IDEMPOTENCY_KEY_REUSED();
    if (found.outcome === 'busy') throw errors.IDEMPOTENCY_KEY_BUSY();
    if (found.outcome === 'replay') return replay(reply, found.reply);
    claims.set(request, found.claim);
    return undefined;
  }

  async function settle(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const taken = claims.get(request);
    claims.delete(request);
    if (taken === undefined || reply.statusCode >= 500) return payload;
    try {
      if (reply.statusCode >= 400) await store.release(request.etis, taken);
      else await store.complete(request.etis, taken, storedReply(reply, payload));
    } catch (error) {
      // The work is done and its caller must hear so; a repeat is told to wait, and after a minute works like a new request.
      const operation = request.routeOptions.config.operation?.id;
      request.etis.log.error({ err: error, operation }, 'the answer to an idempotency key was not kept');
    }
    return payload;
  }

  app.addHook('onRoute', (route) => {
    if (route.config?.operation?.idempotent !== true) return;
    // After the validation, so that what cannot be done takes no key.
    route.preHandler = claim;
    route.onSend = settle;
  });
}

/** The request as far as a repeat must be the same: where it goes, and what it says. */
function hashOf(request: FastifyRequest): Buffer {
  const { params, query, body } = request;
  return createHash('sha256')
    .update(JSON.stringify([params, query, body ?? null]))
    .digest();
}

function storedReply(reply: FastifyReply, payload: unknown): StoredReply {
  const headers = keptHeaders.flatMap((name) => {
    const value = reply.getHeader(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { status: reply.statusCode, headers: Object.fromEntries(headers), body: typeof payload === 'string' ? payload : '' };
}

function replay(reply: FastifyReply, { status, headers, body }: StoredReply): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .header('idempotent-replayed', 'true')
    .serializer((payload: unknown) => payload as string)
    .send(body);
}
