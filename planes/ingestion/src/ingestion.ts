import { type Directives, unrestricted } from '@etis/contracts/directives';
import type { Inbox } from '@etis/contracts/events';
import type { Governance } from '@etis/contracts/governance';
import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import type { Secrets } from '@etis/contracts/secrets';
import { type Meter, unmetered } from '@etis/contracts/telemetry';
import { type Clock, EtisError, type Service } from '@etis/kernel';
import { createAcceptDelivery } from './accept-delivery.ts';
import { addressPrefix } from './address-prefix.ts';
import { createConnectionKeys } from './connection-keys.ts';
import { errors } from './errors.ts';
import { hookRoutes } from './hook-routes.ts';
import { createRefusals, type RefusalCount } from './refusals.ts';
import { createRestrictedIntake } from './restricted-intake.ts';
import { sources } from './sources/sources.ts';

/** What ingestion has seen since it was created. */
export interface IngestionCounters {
  readonly accepted: number;
  readonly duplicates: number;
  /** Deliveries to a connection that does not exist or is switched off. */
  readonly unknownConnections: number;
  /** Signatures, tokens and handshakes that did not fit. */
  readonly refusedSignatures: number;
  /** Deliveries that were signed right and could not be kept. */
  readonly notKept: number;
  /** The refused signatures of the current minute, by connection and network. */
  readonly refusedThisMinute: readonly RefusalCount[];
}

/** The plane that outside senders meet. */
export interface Ingestion {
  /** `POST /hooks/{connection}`, and the handshakes at the same address. */
  readonly routes: RouteModule;
  counters(): IngestionCounters;
  /** Logs the counts of refused signatures; stop it after the edge. */
  readonly service: Service;
}

const logNotKeptEveryMs = 10_000;
const defaultRestrictedBytes = 64 << 20;

/** Verifies and accepts deliveries into `inbox`; decides from `governance` in memory and asks nobody. */
export function createIngestion(deps: {
  inbox: Inbox;
  governance: Governance;
  secrets: Pick<Secrets, 'open'>;
  /** By default nothing is restricted. */
  directives?: Directives;
  /** Bytes that one connection may bring to this process while a directive restricts it; default 64 MiB. Then 503 with Retry-After. */
  restrictedBytes?: number;
  /** Is told of every delivery that was signed right as `accept`; by default nobody is. */
  meter?: Meter;
  log: Log;
  clock: Clock;
}): Ingestion {
  const { clock, log, meter = unmetered } = deps;
  const refusals = createRefusals({ log, clock });
  const counts = { accepted: 0, duplicates: 0, unknownConnections: 0, notKept: 0 };
  const notKeptLog = { at: Number.NEGATIVE_INFINITY, since: 0 };

  const keys = createConnectionKeys({ secrets: deps.secrets, log });
  const intake = createRestrictedIntake({
    directives: deps.directives ?? unrestricted,
    quotaBytes: deps.restrictedBytes ?? defaultRestrictedBytes,
  });
  const accept = createAcceptDelivery({ inbox: deps.inbox, keys, intake, clock, meter });

  function notKept(error: EtisError): void {
    counts.notKept += 1;
    notKeptLog.since += 1;
    if (clock.now() - notKeptLog.at < logNotKeptEveryMs) return;
    log.warn({ deliveries: notKeptLog.since, err: error.cause }, 'deliveries were not kept; their senders were told to try again');
    notKeptLog.at = clock.now();
    notKeptLog.since = 0;
  }

  return {
    routes: hookRoutes({
      governance: deps.governance,
      sources,
      keys,
      async accept(incoming) {
        const acceptance = await accept(incoming);
        counts[acceptance.outcome === 'accepted' ? 'accepted' : 'duplicates'] += 1;
        return acceptance;
      },
      onUnknown: () => {
        counts.unknownConnections += 1;
      },
      onRefusal({ error, connection, address }) {
        if (!(error instanceof EtisError)) return;
        if (error.code === errors.SIGNATURE_REFUSED.code || error.code === errors.HANDSHAKE_REFUSED.code)
          refusals.record(connection.id, addressPrefix(address));
        if (error.code === errors.INBOX_UNAVAILABLE.code || error.code === errors.INTAKE_FULL.code) notKept(error);
      },
    }),
    counters: () => ({ ...counts, refusedSignatures: refusals.total(), refusedThisMinute: refusals.current() }),
    service: refusals.service,
  };
}
