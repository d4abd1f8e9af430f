import { errorText } from '@etis/kernel';
import { Defer, RetryAfter, TerminalFailure } from './job-kind.ts';
import type { RunOutcome } from './thread-message.ts';

const maxError = 1_000;
/** Longer than this nobody means: it is a mistake in somebody's unit. */
const maxWaitMs = 7 * 86_400_000;

/** What the job did is done, so a result that is not JSON is replaced by a note instead of failing it. */
export function outcomeOfResult(result: unknown): RunOutcome {
  try {
    return { end: 'done', result: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { end: 'done', result: JSON.stringify({ omitted: `a result that is not JSON: ${errorText(error).slice(0, 200)}` }) };
  }
}

export function outcomeOfError(error: unknown): RunOutcome {
  const text = errorText(error).slice(0, maxError);
  if (error instanceof Defer) return { end: 'deferred', ms: waitOf(error.ms), reason: text };
  if (error instanceof RetryAfter) return { end: 'failed', class: 'retry', error: text, afterMs: waitOf(error.ms) };
  return { end: 'failed', class: error instanceof TerminalFailure ? 'terminal' : 'retry', error: text };
}

function waitOf(ms: number): number {
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), maxWaitMs) : maxWaitMs;
}
