import { setTimeout as delay } from 'node:timers/promises';
import type { Acceptance, Delivery, Inbox } from '@etis/contracts/events';
import type { Log } from '@etis/contracts/log';
import { backoff, EtisError, isUuid, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type SpineSettings, spineSettings } from '../settings.ts';
import { isDataError } from './database-error.ts';
import { createHints } from './hints.ts';
import { appendBatch } from './inbox-append.ts';

/** NOTIFY channel that says: there are new deliveries. */
export const inboxChannel = 'etis_spine_inbox';

/** The inbox as a part of a process: `stop` refuses new appends and resolves once every waiting one has its answer. */
export interface InboxService extends Inbox, Service {}

export interface InboxOptions {
  readonly db: SystemDb;
  readonly log: Log;
  readonly settings?: Partial<SpineSettings['inbox']>;
  /** Called after each commit that brought something new, in this process. */
  readonly onAppended?: () => void;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly bytes: number;
  readonly deadline: number;
  settled: boolean;
  readonly accept: (acceptance: Acceptance) => void;
  readonly refuse: (error: unknown) => void;
}

interface Flight {
  readonly aboard: readonly Waiting[];
  readonly abandon: () => void;
}

/** Each row also carries ids, headers and a digest. */
const rowBytes = 512;
const sweepMs = 100;

function malformed(delivery: Delivery): string | undefined {
  if (!isUuid(delivery.id)) return 'its id is not a UUID in lower case';
  if (delivery.digest.length !== 32) return 'its digest does not have 32 bytes';
  if (Number.isNaN(delivery.receivedAt.getTime())) return 'its time of acceptance is not a time';
  return undefined;
}

/**
 * The durable inbox with group commit: deliveries that arrive while a commit is on its way share the next one, so nobody waits for a timer
 * and a busy inbox pays one round trip and one fsync for many. One commit is on its way at a time: measured, two at once make smaller batches
 * and record no more.
 */
export function createInbox(options: InboxOptions): InboxService {
  const { db, log, onAppended } = options;
  const settings = { ...spineSettings().inbox, ...options.settings };
  const hints = createHints({ db, log, channel: inboxChannel });
  let queue: Waiting[] = [];
  let flight: Flight | undefined;
  let scheduled = false;
  let closed = false;
  let pendingCount = 0;
  let pendingBytes = 0;
  let sweeper: NodeJS.Timeout | undefined;
  let landing: Promise<void> | undefined;
  let drain: PromiseWithResolvers<void> | undefined;

  function settle(waiting: Waiting, answer: () => void): void {
    if (waiting.settled) return;
    waiting.settled = true;
    pendingCount -= 1;
    pendingBytes -= waiting.bytes;
    answer();
    if (pendingCount > 0) return;
    clearInterval(sweeper);
    sweeper = undefined;
    drain?.resolve();
    drain = undefined;
  }

  function refuseExpired(): void {
    const now = performance.now();
    for (const waiting of [...(flight?.aboard ?? []), ...queue]) {
      if (waiting.deadline <= now) settle(waiting, () => waiting.refuse(errors.UNAVAILABLE()));
    }
    queue = queue.filter((waiting) => !waiting.settled);
    // A statement that never answers must not keep those who come later from trying on another connection.
    if (flight?.aboard.every((waiting) => waiting.settled)) flight.abandon();
  }

  async function record(batch: readonly Waiting[], abandoned: Promise<never>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const open = batch.filter((waiting) => !waiting.settled);
      if (open.length === 0) return;
      try {
        const answers = await Promise.race([
          appendBatch(
            db,
            open.map((waiting) => waiting.delivery),
          ),
          abandoned,
        ]);
        open.forEach((waiting, index) => {
          const answer = answers[index];
          if (answer !== undefined) settle(waiting, () => waiting.accept(answer));
        });
        onAppended?.();
        hints.send();
        return;
      } catch (error) {
        if (isDataError(error)) return await isolate(open, error, abandoned);
        if (error instanceof EtisError && error.code === errors.FULL.code) {
          for (const waiting of open) settle(waiting, () => waiting.refuse(error));
          return;
        }
        if (closed) {
          for (const waiting of open) settle(waiting, () => waiting.refuse(errors.UNAVAILABLE.because({ cause: error })));
          return;
        }
        if (attempt === 1) log.warn({ deliveries: open.length, err: error }, 'a commit to the inbox failed; trying again');
        const pause = delay(backoff(attempt, { base: 50, cap: 500 }));
        await Promise.race([pause, abandoned.catch(() => undefined)]);
      }
    }
  }

  /** One delivery that the database refuses must not take those with it that share its commit. */
  async function isolate(open: readonly Waiting[], error: unknown, abandoned: Promise<never>): Promise<void> {
    const [only, ...others] = open;
    if (only !== undefined && others.length === 0) {
      const refusal = errors.DELIVERY_MALFORMED.because({ cause: error }, 'the database refuses a part of it');
      settle(only, () => only.refuse(refusal));
      return;
    }
    const half = open.length >> 1;
    await record(open.slice(0, half), abandoned);
    await record(open.slice(half), abandoned);
  }

  function nextBatch(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of queue) {
      bytes += waiting.bytes;
      if (count === settings.batchCount || (count > 0 && bytes > settings.batchBytes)) break;
      count += 1;
    }
    return queue.splice(0, count);
  }

  async function fly(): Promise<void> {
    scheduled = false;
    if (flight !== undefined || queue.length === 0) return;
    const aboard = nextBatch();
    const { promise: abandoned, reject } = Promise.withResolvers<never>();
    abandoned.catch(() => undefined);
    flight = { aboard, abandon: () => reject(errors.UNAVAILABLE()) };
    try {
      await record(aboard, abandoned);
    } catch (error) {
      for (const waiting of aboard) settle(waiting, () => waiting.refuse(errors.UNAVAILABLE.because({ cause: error })));
    } finally {
      flight = undefined;
      schedule();
    }
  }

  /** After the events of this turn of the loop, so that requests that were read together are recorded together. */
  function schedule(): void {
    if (scheduled || flight !== undefined || queue.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      landing = fly();
    });
  }

  return {
    name: 'spine inbox',
    append(delivery) {
      const complaint = malformed(delivery);
      if (complaint !== undefined) return Promise.reject(errors.DELIVERY_MALFORMED(complaint));
      if (closed) return Promise.reject(errors.UNAVAILABLE());
      const bytes = delivery.body.length + rowBytes;
      if (pendingCount >= settings.queueCount || (pendingCount > 0 && pendingBytes + bytes > settings.queueBytes)) {
        return Promise.reject(errors.INBOX_FULL());
      }
      return new Promise((accept, refuse) => {
        queue.push({ delivery, bytes, deadline: performance.now() + settings.waitMs, settled: false, accept, refuse });
        pendingCount += 1;
        pendingBytes += bytes;
        sweeper ??= setInterval(refuseExpired, sweepMs);
        schedule();
      });
    },
    start() {
      closed = false;
      return Promise.resolve();
    },
    async stop() {
      closed = true;
      if (pendingCount > 0) {
        drain ??= Promise.withResolvers();
        await drain.promise;
      }
      await landing;
      await hints.stop();
    },
  };
}
