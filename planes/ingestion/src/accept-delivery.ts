import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Acceptance, Inbox } from '@etis/contracts/events';
import type { ConnectionView } from '@etis/contracts/governance';
import { type Clock, uuidv7 } from '@etis/kernel';
import type { ConnectionKeys } from './connection-keys.ts';
import { errors } from './errors.ts';
import type { Source } from './source.ts';

/** One delivery as HTTP brought it, before anybody knows whether its sender is who he claims to be. */
interface IncomingDelivery {
  readonly connection: ConnectionView;
  readonly source: Source;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly traceparent: string;
}

/**
 * Verifies one delivery over its raw bytes and appends it to the inbox; nothing else happens before the sender has its answer.
 * @throws INGESTION_SIGNATURE_REFUSED, INGESTION_BODY_TOO_LARGE, INGESTION_INBOX_UNAVAILABLE (retryable).
 */
export type AcceptDelivery = (incoming: IncomingDelivery) => Promise<Acceptance>;

const keptHeaderLength = 1_024;

/** `answerWithinMs` bounds the wait for the inbox: an append that takes longer may still succeed, and the sender's next try is its duplicate. */
export function createAcceptDelivery(deps: { inbox: Inbox; keys: ConnectionKeys; clock: Clock; answerWithinMs: number }): AcceptDelivery {
  return async ({ connection, source, headers, body, traceparent }) => {
    if (body.length > source.bodyLimitBytes) throw errors.BODY_TOO_LARGE(source.bodyLimitBytes);
    if (!source.verify({ headers, body, keys: deps.keys(connection, source) })) throw errors.SIGNATURE_REFUSED();

    const now = deps.clock.now();
    const append = deps.inbox.append({
      id: uuidv7(now),
      connection: connection.id,
      source: source.kind,
      body,
      digest: hash('sha256', body, 'buffer'),
      headers: keep(source.adapter.keepHeaders, headers),
      traceparent,
      receivedAt: new Date(now),
    });
    try {
      return await within(append, deps.answerWithinMs);
    } catch (error) {
      throw errors.INBOX_UNAVAILABLE.because({ cause: error });
    }
  };
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error(`the inbox gave no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function keep(names: readonly string[], headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') kept[name] = value.slice(0, keptHeaderLength);
  }
  return kept;
}
