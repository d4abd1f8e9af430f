import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Acceptance, Delivery, Inbox } from '@etis/contracts/events';
import type { ConnectionView } from '@etis/contracts/governance';
import type { Meter } from '@etis/contracts/telemetry';
import { type Clock, uuidv7 } from '@etis/kernel';
import type { ConnectionKeys } from './connection-keys.ts';
import { errors } from './errors.ts';
import { keptHeaders } from './kept-headers.ts';
import type { RestrictedIntake } from './restricted-intake.ts';
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
 * @throws INGESTION_SIGNATURE_REFUSED, INGESTION_BODY_TOO_LARGE, INGESTION_INTAKE_FULL and INGESTION_INBOX_UNAVAILABLE (retryable).
 */
export type AcceptDelivery = (incoming: IncomingDelivery) => Promise<Acceptance>;

export function createAcceptDelivery(deps: {
  inbox: Inbox;
  keys: ConnectionKeys;
  intake: RestrictedIntake;
  clock: Clock;
  meter: Meter;
}): AcceptDelivery {
  return async ({ connection, source, headers, body, traceparent }) => {
    if (body.length > source.bodyLimitBytes) throw errors.BODY_TOO_LARGE(source.bodyLimitBytes);
    const now = deps.clock.now();
    if (!source.verify({ headers, body, keys: deps.keys(connection, source), now })) throw errors.SIGNATURE_REFUSED();

    const delivery: Delivery = {
      id: uuidv7(now),
      connection: connection.id,
      source: source.kind,
      body,
      digest: source.digest === undefined ? hash('sha256', body, 'buffer') : source.digest({ headers, body }),
      headers: keptHeaders(source.adapter.keepHeaders, headers),
      traceparent,
      receivedAt: new Date(now),
    };
    deps.intake.book(connection, body.length);
    const begun = performance.now();
    const metered = (failed: boolean) =>
      deps.meter.work({ work: 'accept', tenant: connection.tenant, ms: performance.now() - begun, failed, traces: [traceparent] });
    try {
      const acceptance = await deps.inbox.append(delivery);
      metered(false);
      if (acceptance.outcome === 'duplicate') deps.intake.unbook(connection, body.length);
      return acceptance;
    } catch (error) {
      metered(true);
      deps.intake.unbook(connection, body.length);
      throw errors.INBOX_UNAVAILABLE.because({ cause: error });
    }
  };
}
