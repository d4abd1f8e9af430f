import type { PlatformEvent } from '@etis/contracts/events';
import type { JobRequest } from '@etis/contracts/jobs';
import type { TenantId } from '@etis/contracts/tenancy';
import type { Clock } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { Outlet } from '../sdk/handler.ts';
import type { Origin } from '../sdk/origin.ts';
import { isEventType } from '../sdk/type-pattern.ts';
import { derivedId } from './derived-id.ts';
import { jobOptions } from './job-options.ts';

/**
 * One row of the outbox: `body` is the JSON that its sink gets. `cause` is the event whose flow is not settled before it has arrived; null for a
 * job that may never be made, because another one stands for it.
 */
export interface OutgoingRow {
  readonly id: string;
  readonly cause: string | null;
  readonly kind: 'job' | 'event';
  readonly body: string;
}

/** Collects what the handling of one event, or one call, asks for until it is closed. */
export interface Outgoing extends Outlet {
  /** Later calls of `enqueue` and `emit` throw. */
  close(): readonly OutgoingRow[];
}

const limits = { rows: 5_000, rowBytes: 128 * 1024, bytes: 32 * 1024 * 1024 };

/** `seed` is what ids are derived from: the event's id, or the call's. `lane` is the placement's, `<tenant>/<product>`. */
export function createOutgoing(options: {
  origin: Origin;
  seed: string;
  tenant: TenantId;
  lane: string;
  product: string;
  clock: Clock;
}): Outgoing {
  const { origin, seed, tenant, lane, product, clock } = options;
  const rows: OutgoingRow[] = [];
  const ordinals = { job: 0, event: 0 };
  let bytes = 0;
  let open = true;

  function add(kind: 'job' | 'event', what: string, made: { bodyOf: (id: string) => object; awaited: boolean }): string {
    if (!open) throw errors.CONTEXT_CLOSED(what);
    const id = derivedId({ event: seed, lane, kind, ordinal: ordinals[kind] });
    const body = toJson(made.bodyOf(id), what);
    const size = Buffer.byteLength(body);
    if (size > limits.rowBytes) throw errors.OUTGOING_INVALID(what, `its JSON has ${size} bytes, more than ${limits.rowBytes}`);
    if (rows.length >= limits.rows) throw errors.OUTGOING_INVALID(what, `this event has asked for ${limits.rows} jobs and events already`);
    if (bytes + size > limits.bytes) throw errors.OUTGOING_INVALID(what, `this event has asked for ${limits.bytes} bytes already`);
    ordinals[kind] += 1;
    bytes += size;
    rows.push({ id, cause: made.awaited ? origin.event : null, kind, body });
    return id;
  }

  return {
    origin,
    enqueue(kind, payload, options = {}) {
      if (!/^[a-z][a-z0-9.-]{0,59}$/.test(kind))
        throw errors.OUTGOING_INVALID('enqueue', 'the kind is not a lower-case word of 60 characters');
      const asked = jobOptions(options, { product, now: clock.now() });
      const { event, flow, traceparent } = options.origin ?? origin;
      const bodyOf = (id: string) =>
        ({ id, kind, tenant, cause: event, flow, traceparent, payload: payload ?? null, ...asked }) satisfies JobRequest;
      return add('job', 'enqueue', { bodyOf, awaited: asked.dedupe === undefined });
    },
    emit({ type, subject, data, origin: from = origin }) {
      if (!isEventType(type) || !type.startsWith(`${product}.`)) {
        throw errors.OUTGOING_INVALID('emit', `"${String(type).slice(0, 80)}" is not an event type that starts with "${product}."`);
      }
      const bodyOf = (id: string) => {
        const { project, region, traceparent, flow } = from;
        const time = new Date(clock.now()).toISOString();
        return {
          id,
          type,
          source: `/products/${product}`,
          subject,
          time,
          data: data ?? null,
          tenant,
          project,
          region,
          traceparent,
          flow,
          cause: from.event,
          hop: from.hop + 1,
        } satisfies Omit<PlatformEvent, 'specversion'>;
      };
      return add('event', 'emit', { bodyOf, awaited: true });
    },
    close() {
      open = false;
      return rows;
    },
  };
}

function toJson(body: object, what: string): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw errors.OUTGOING_INVALID.because({ cause }, what, 'it cannot be written as JSON');
  }
}
