import type { PlatformEvent } from '@etis/contracts/events';
import type { Log } from '@etis/contracts/log';
import type { TenantId } from '@etis/contracts/tenancy';
import type { Clock } from '@etis/kernel';
import type { ConfigurationReader } from './configuration.ts';
import type { Datasets } from './datasets.ts';
import type { Origin } from './origin.ts';

/**
 * The transaction that product code runs in: its tenant's rows, nobody else's. The host begins and ends it, so statements that control the
 * transaction or its settings are refused, and so are several statements in one text. Once the code has returned, every call rejects.
 * Rows come back as plain objects; bigint columns as text, timestamps as `Date`.
 * @throws RUNTIME_STATEMENT_REFUSED, RUNTIME_CONTEXT_CLOSED
 */
export interface ProductTx {
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** What product code has at hand, whoever called it. */
export interface ProductContext {
  readonly tenant: TenantId;
  readonly tx: ProductTx;
  readonly log: Log;
  /** Aborts at the deadline and when the host stops: what is done from then on is not kept. */
  readonly signal: AbortSignal;
  /** W3C trace id: 32 lower-case hex characters. */
  readonly trace: string;
  readonly clock: Clock;
  /** Parameters and flags as they count for the tenant here. */
  readonly configuration: ConfigurationReader;
  /** The tenant's datasets, as far as they have come to this cluster. */
  readonly datasets: Datasets;
}

/** How a job is asked for. */
export interface EnqueueOptions {
  /** A whole number from -100 to 100; the more urgent job is leased first. By default 0. */
  readonly priority?: number;
  /** Milliseconds that it waits at least, up to 366 days; not together with `runAt`. By default 0. */
  readonly delayMs?: number;
  /** RFC 3339: it does not begin before. By default at once. */
  readonly runAt?: string;
  /**
   * 1 to 200 characters. While a job of the tenant and kind with the same text is open, this one is not made: the id that `enqueue` returned
   * is then nobody's, and no report names it.
   */
  readonly dedupe?: string;
  /**
   * Whether the product wants to hear how the job ended: as the event `job.done` or `job.dead`, whose data is a `JobReport`, in the tenant's
   * lane. It comes at least once, and in no order to other events. By default false.
   */
  readonly report?: boolean;
  /** What it is a consequence of; by default what is being handled. */
  readonly origin?: Origin;
}

/** What product code may ask for beside its own rows: kept together with them, or not at all. */
export interface Outlet {
  /** What is being handled, as the origin of what is asked for. */
  readonly origin: Origin;
  /** Asks for a job of a kind that workers know; `payload` is JSON. Returns the job's id. @throws RUNTIME_OUTGOING_INVALID */
  enqueue(kind: string, payload: unknown, options?: EnqueueOptions): string;
  /**
   * Sends an event back into the platform, for the same tenant and for the project and flow of its origin. Its type starts with the product's id and
   * a dot. Returns the event's id. @throws RUNTIME_OUTGOING_INVALID
   */
  emit(event: { readonly type: string; readonly subject: string | null; readonly data: unknown; readonly origin?: Origin }): string;
}

/**
 * What a handler has. Its statements, jobs and events are kept together with the mark that the event was handled, or not at all.
 * Within one event at most 5,000 jobs and events, 128 KiB each and 32 MiB in all.
 */
export interface HandlerContext extends ProductContext, Outlet {}

/**
 * Turns one event into effects. It may be called again for the same event as long as no call was kept, so whatever it does outside the
 * transaction may happen twice: external work belongs into a job. Throwing is retried later, a `TerminalError` is not.
 */
export type Handler = (event: PlatformEvent, context: HandlerContext) => Promise<void>;

/**
 * A handler of only those events that a condition in CEL takes, for example `event.data.size > 1000 && event.region == "eu"`. The router asks it,
 * so that the others never come into the lane; an event that names the product itself (an answer, a job's report) is not asked about. A field that is missing counts as no; `has(event.data.x)` asks whether it is there.
 */
export interface FilteredHandler {
  readonly when: string;
  readonly handle: Handler;
}
