import type { Log } from '@etis/contracts/log';
import type { Meter, QueueSample, TelemetrySink } from '@etis/contracts/telemetry';
import { type Clock, createLoop, errorText, type Service } from '@etis/kernel';
import { type ProcessProbe, startProcessProbe } from './process-probe.ts';
import { type KeptReport, openReportBuffer, type ReportBuffer } from './report-buffer.ts';
import { createWorkWindow } from './work-window.ts';

export interface TelemetryOptions {
  /** The id under which it is enrolled. */
  readonly subscriber: string;
  readonly roles: readonly string[];
  readonly sink: TelemetrySink;
  /** Where reports wait that the platform has not taken, of this subscriber alone; null keeps them in memory. */
  readonly folder: string | null;
  readonly clock: Clock;
  /** One report per interval, 5,000 ms by default. */
  readonly intervalMs?: number;
  /** How much waits for the platform at most, 16 MiB by default; then the oldest is given up. */
  readonly maxBytes?: number;
  readonly log: Log;
}

/** What measures a part of a process and reports it. Whatever fails in it is logged and disturbs nobody. */
export interface Telemetry extends Service {
  readonly meter: Meter;
}

const defaultMaxBytes = 16 * 1_048_576;
const mostQueues = 500;

/**
 * A report for each interval, sent in order as a batch of its own: so a repeat is the same under the same sequence, also after a restart. Sequences grow,
 * from the time on, and are not dense. While the platform takes nothing, reports wait in the folder.
 */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { subscriber, roles, sink, folder, clock, intervalMs = 5_000, maxBytes = defaultMaxBytes, log } = options;
  const window = createWorkWindow();
  const readers: (() => Promise<readonly QueueSample[]>)[] = [];
  let buffer: ReportBuffer | undefined;
  let probe: ProcessProbe | undefined;
  let from = 0;
  let sequence = 0;

  /** A reader that hangs or fails takes no report with it. */
  async function queuesOf(reader: () => Promise<readonly QueueSample[]>, signal: AbortSignal): Promise<readonly QueueSample[]> {
    if (signal.aborted) return [];
    const { promise: late, reject } = Promise.withResolvers<never>();
    const stopped = () => reject(new Error('it was stopped'));
    const timer = setTimeout(() => reject(new Error(`it took more than ${intervalMs} ms`)), intervalMs);
    signal.addEventListener('abort', stopped, { once: true });
    try {
      return await Promise.race([reader(), late]);
    } catch (error) {
      if (!signal.aborted) log.warn({ subscriber, reason: errorText(error) }, 'the queues could not be read; the report goes without them');
      return [];
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stopped);
    }
  }

  async function report(watching: { probe: ProcessProbe; buffer: ReportBuffer }, signal: AbortSignal): Promise<void> {
    const read = await Promise.all(readers.map((reader) => queuesOf(reader, signal)));
    const queues = read
      .flat()
      .toSorted((a, b) => b.oldestMs - a.oldestMs)
      .slice(0, mostQueues);
    const until = clock.now();
    sequence = Math.max(sequence + 1, until);
    const span = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
    const said = { subscriber, roles, ...span, process: watching.probe.sample(), queues, work: window.take(), lost: 0 };
    from = until;
    watching.buffer.push({ sequence, report: said });
  }

  /** Who stops waits for no answer: what was taken all the same is sent again under the same sequence. */
  async function isTaken({ sequence: number, report: said }: KeptReport, signal: AbortSignal): Promise<boolean> {
    const { promise: stopped, resolve } = Promise.withResolvers<boolean>();
    const stop = () => resolve(false);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([sink.send({ sequence: number, reports: [said] }), stopped]);
    } catch (error) {
      log.warn({ subscriber, reason: errorText(error) }, 'a report could not be sent; it is sent again later');
      return false;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async function sendAll(kept: ReportBuffer, signal: AbortSignal): Promise<void> {
    for (let next = kept.oldest(); next !== null && !signal.aborted; next = kept.oldest()) {
      if (!(await isTaken(next, signal))) return;
      kept.taken();
    }
  }

  async function save(kept: ReportBuffer): Promise<void> {
    try {
      await kept.save();
    } catch (error) {
      log.warn(
        { subscriber, reason: errorText(error) },
        'reports that wait for the platform could not be written; they are kept in memory',
      );
    }
  }

  let isFirst = true;
  const reporting = createLoop({
    name: `telemetry ${subscriber}`,
    log,
    idleMs: intervalMs,
    async round(signal) {
      if (buffer === undefined || probe === undefined) return false;
      // The first round comes with the start, when there is nothing to report but what an earlier process left.
      if (!isFirst) await report({ probe, buffer }, signal);
      isFirst = false;
      await sendAll(buffer, signal);
      await save(buffer);
      return false;
    },
  });

  return {
    name: reporting.name,
    meter: {
      work: window.add,
      watchQueues(read) {
        readers.push(read);
      },
    },
    async start() {
      buffer ??= await openReportBuffer({ folder, subscriber, maxBytes });
      sequence = Math.max(sequence, buffer.newest()?.sequence ?? 0);
      probe = startProcessProbe();
      from = clock.now();
      isFirst = true;
      await reporting.start();
    },
    async stop() {
      await reporting.stop();
      if (probe === undefined || buffer === undefined) return;
      // What was not reported yet waits for the next start.
      await report({ probe, buffer }, AbortSignal.abort());
      await save(buffer);
      probe.stop();
      probe = undefined;
    },
  };
}
