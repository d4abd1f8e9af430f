import { createOutboundClient, type OutboundClient, type OutboundRequest } from '@etis/agent/outbound';
import { EtisError } from '@etis/kernel';
import { Type } from 'typebox';
import { defineJobKind, TerminalFailure } from '../../runtime/job-kind.ts';
import { boundedAnswer, type HttpAnswer } from './bounded-answer.ts';

/** What an http job's result says: the answer, whatever its status is, or why there was none. Who asked decides what that means and whether to try again. */
export type HttpResult = HttpAnswer | { readonly failure: string; readonly code: string };

const timeoutMs = 30_000;
const maxResponseBytes = 1_048_576;

/**
 * Sends one request to an address that a tenant supplied, by the outbound client alone. A worker that dies in the middle leaves the job to another, which
 * sends it again: the header `Idempotency-Key` is the same then, so that the receiver can tell.
 */
export const jobKind = defineJobKind({
  kind: 'http',
  schema: Type.Object(
    {
      method: Type.Union(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => Type.Literal(method))),
      url: Type.String({ minLength: 1, maxLength: 4_096 }),
      headers: Type.Record(Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$" }), Type.String({ maxLength: 4_096 }), {
        maxProperties: 50,
      }),
      body: Type.Unknown(),
      idempotencyKey: Type.String({ pattern: '^[0-9A-Za-z-]{1,100}$' }),
    },
    { additionalProperties: false },
  ),
  timeLimitMs: timeoutMs + 10_000,
  needs: 'http',
  async run({ method, url, headers, body, idempotencyKey }, { settings: { http }, signal }): Promise<HttpResult> {
    if (http === null) throw new TerminalFailure('requests of workflows are not allowed on this worker, so nothing was sent');
    const text =
      body === null || method === 'GET' || method === 'HEAD' ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const own = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'idempotency-key'));
    const named = new Set(Object.keys(own).map((name) => name.toLowerCase()));
    const request = {
      method: method as NonNullable<OutboundRequest['method']>,
      headers: {
        ...(text !== undefined && !named.has('content-type')
          ? { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' }
          : {}),
        ...(named.has('accept') ? {} : { accept: 'application/json, */*;q=0.5' }),
        ...own,
        'idempotency-key': idempotencyKey,
      },
      ...(text === undefined ? {} : { body: text }),
      signal,
    };
    // A client of its own: connections of one tenant are never another's.
    const client = createOutboundClient({ allowPrivate: http.allowPrivate, timeoutMs, maxResponseBytes });
    try {
      return await answerOf(client, url, request);
    } finally {
      await client.close();
    }
  },
});

async function answerOf(client: OutboundClient, url: string, request: OutboundRequest): Promise<HttpResult> {
  try {
    return boundedAnswer(await client.request(url, request));
  } catch (error) {
    if (!(error instanceof EtisError)) throw error;
    return { failure: error.message.slice(0, 500), code: error.code };
  }
}
