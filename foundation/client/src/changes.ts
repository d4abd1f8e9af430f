import { readEventStream } from './event-stream.ts';
import { ProblemError } from './problem-error.ts';

/**
 * Something changed, and whoever shows it looks again. `id` is null where it is many; `version` is the governed version, null for changes of
 * the record. The resource `*` says that more was missed than the platform knows: look at everything again.
 */
export interface Change {
  readonly resource: string;
  readonly id: string | null;
  readonly version: number | null;
}

export interface ChangesOptions {
  /** Ends the iteration, which then is done without an error. */
  readonly signal?: AbortSignal;
  /** The governed version to go on after; by default from now on. */
  readonly after?: number;
  /** Told true when the stream opens, and false when it ends or cannot be opened. */
  readonly onState?: (open: boolean) => void;
}

const retryMs = { first: 1_000, most: 30_000 };

/**
 * Follows changes until the signal ends it. When the stream ends or breaks it is opened again where it was left, after the time that the
 * platform asked for and longer with each failure. `open` opens the stream and throws for an answer that is no stream.
 * @throws ProblemError where asking again would change nothing (401, 403, 404)
 */
export async function* followChanges(
  open: (lastEventId: string | null, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>,
  { signal, after, onState }: ChangesOptions = {},
): AsyncGenerator<Change, void, void> {
  // Ends the stream also where the reader just leaves the loop.
  const left = new AbortController();
  const ends = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  let lastEventId = after === undefined ? null : String(after);
  let asked: number = retryMs.first;
  let failures = 0;
  try {
    while (!ends.aborted) {
      try {
        const stream = await open(lastEventId, ends);
        onState?.(true);
        for await (const { event, data, id, retry } of readEventStream(stream)) {
          failures = 0;
          lastEventId = id ?? lastEventId;
          asked = retry ?? asked;
          if (event === 'change') yield readChange(data);
        }
      } catch (error) {
        if (ends.aborted) return;
        if (error instanceof ProblemError && [401, 403, 404].includes(error.status)) throw error;
        failures += 1;
        asked = error instanceof ProblemError && error.retryAfter !== null ? error.retryAfter * 1_000 : asked;
      }
      onState?.(false);
      await pause(Math.min(asked * 2 ** Math.min(failures, 10), retryMs.most), ends);
    }
  } finally {
    left.abort();
  }
}

function readChange(data: string): Change {
  const { resource, id, version } = JSON.parse(data) as Partial<Change>;
  return { resource: String(resource), id: id ?? null, version: version ?? null };
}

/** Without the timers of Node, because this also runs in browsers. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
}
