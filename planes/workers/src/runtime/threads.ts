import { Worker } from 'node:worker_threads';
import type { JobProgress, LeasedJob } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import type { Notice, Order, RunOutcome, ThreadSetup } from './thread-message.ts';

/** A thread that ended, or did not answer, before it was given anything: the job that it was to run had no part in it. */
export class ThreadStartFailure extends Error {
  override readonly name = 'ThreadStartFailure';
}

/** What is told of a job while it runs: that its thread has it, and how far it is. */
interface RunListener {
  onBegun(): void;
  onProgress(progress: JobProgress): void;
}

/** A job in a thread of its own. */
interface ThreadRun {
  /** How it ended. @throws ThreadStartFailure, or what ended the thread */
  readonly outcome: Promise<RunOutcome>;
  /** Asks the job to end. */
  abort(reason: string): void;
  /** Ends its thread. */
  kill(): void;
}

/** Threads that are made when they are needed, run one job at a time, and end, but for those that are kept, after a while of having nothing to do. */
export interface Threads {
  /** Makes those that are kept, so that the first job does not wait for them. */
  warm(): void;
  run(job: LeasedJob, listener: RunListener): ThreadRun;
  /** Ends every thread; resolves when none is left. */
  close(): Promise<void>;
}

interface Thread {
  readonly worker: Worker;
  state: 'starting' | 'idle' | 'busy';
  idle?: NodeJS.Timeout;
  run?: { readonly settle: PromiseWithResolvers<RunOutcome>; readonly job: LeasedJob; readonly listener: RunListener };
}

export function createThreads(options: {
  setup: ThreadSetup;
  memoryMb: number;
  /** Until a new thread must have said that it is ready, in milliseconds. */
  startMs: number;
  idleMs: number;
  /** How many stay whatever there is to do. */
  keep: number;
  log: Log;
}): Threads {
  const { setup, memoryMb, startMs, idleMs, keep, log } = options;
  const threads = new Set<Thread>();
  const ends = new Set<Promise<unknown>>();

  function order(thread: Thread, what: Order): void {
    thread.worker.postMessage(what);
  }

  function begin(thread: Thread): void {
    if (thread.run === undefined) return;
    thread.state = 'busy';
    order(thread, { order: 'run', job: thread.run.job });
    thread.run.listener.onBegun();
  }

  function rest(thread: Thread): void {
    delete thread.run;
    thread.state = 'idle';
    thread.idle = setTimeout(() => {
      if (threads.size > keep) end(thread);
    }, idleMs).unref();
  }

  function end(thread: Thread): void {
    threads.delete(thread);
    clearTimeout(thread.idle);
    const ending = thread.worker.terminate().finally(() => ends.delete(ending));
    ends.add(ending);
  }

  function spawn(): Thread {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: { setup },
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    const thread: Thread = { worker, state: 'starting' };
    threads.add(thread);
    let cause: unknown;
    const late = setTimeout(() => {
      cause = new Error(`it was not ready after ${startMs} ms`);
      end(thread);
    }, startMs).unref();
    worker.on('message', (notice: Notice) => {
      if (notice.notice === 'ready') {
        clearTimeout(late);
        if (thread.run === undefined) rest(thread);
        else begin(thread);
      }
      if (notice.notice === 'progress') thread.run?.listener.onProgress(notice.progress);
      if (notice.notice === 'ended') {
        const run = thread.run;
        rest(thread);
        run?.settle.resolve(notice.outcome);
      }
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', (code) => {
      clearTimeout(late);
      clearTimeout(thread.idle);
      const wasKnown = threads.delete(thread);
      const error = cause ?? new Error(`the worker thread exited with code: ${code}`);
      if (thread.run === undefined) {
        if (wasKnown) log.warn({ err: error }, 'a worker thread ended between jobs');
        return;
      }
      thread.run.settle.reject(
        thread.state === 'starting' ? new ThreadStartFailure('a worker thread cannot start', { cause: error }) : error,
      );
    });
    return thread;
  }

  return {
    warm() {
      while (threads.size < keep) spawn();
    },
    run(job, listener) {
      const thread = [...threads].find(({ state, run }) => state !== 'busy' && run === undefined) ?? spawn();
      clearTimeout(thread.idle);
      const settle = Promise.withResolvers<RunOutcome>();
      thread.run = { settle, job, listener };
      if (thread.state === 'idle') begin(thread);
      return {
        outcome: settle.promise,
        abort(reason) {
          if (thread.run?.settle === settle) order(thread, { order: 'abort', reason });
        },
        kill() {
          if (thread.run?.settle === settle) end(thread);
        },
      };
    },
    async close() {
      for (const thread of [...threads]) end(thread);
      await Promise.all(ends);
    },
  };
}
