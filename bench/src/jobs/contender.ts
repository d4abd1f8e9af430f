/** A job queue under measurement, with an empty store of its own. */
export interface Contender {
  readonly name: string;
  /** Makes `count` jobs wait, `batch` at a time. */
  enqueue(count: number, batch: number): Promise<void>;
  /** Runs waiting jobs with a handler that does nothing; resolves when the ends of `count` of them are on disk. */
  drain(count: number): Promise<void>;
  /** Workers wait; each call enqueues one job and resolves to the milliseconds until its handler was called. */
  pickUp(): Promise<{ once(): Promise<number>; stop(): Promise<void> }>;
  close(): Promise<void>;
}

/** Jobs that one worker process runs at a time. */
export const concurrency = 10;
/** Jobs that a worker process may hold, in those that lease ahead. */
export const heldAtOnce = 500;

/** Resolves when it was called `count` times. */
export function countdown(count: number): { readonly reached: Promise<void>; tick(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  return {
    reached: promise,
    tick() {
      left -= 1;
      if (left === 0) resolve();
    },
  };
}
