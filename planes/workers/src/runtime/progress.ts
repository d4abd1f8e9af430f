import type { JobProgress } from '@etis/contracts/jobs';

const everyMs = 1_000;
const maxNote = 200;

/** Passes on at most one progress in `everyMs`, the latest; `close` drops what was not passed on yet. */
export interface ProgressReport {
  say(done: number, note: string): void;
  close(): void;
}

export function createProgressReport(pass: (progress: JobProgress) => void): ProgressReport {
  let timer: NodeJS.Timeout | undefined;
  let latest: JobProgress | undefined;
  let closed = false;

  function next(): void {
    timer = undefined;
    if (latest === undefined) return;
    const progress = latest;
    latest = undefined;
    timer = setTimeout(next, everyMs).unref();
    pass(progress);
  }

  return {
    say(done, note) {
      if (closed) return;
      latest = { done: Math.min(1, Math.max(0, Number.isFinite(done) ? done : 0)), note: String(note).slice(0, maxNote) };
      if (timer === undefined) next();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
