import type { Tx } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { ProductTx } from '../sdk/handler.ts';
import { createGuardedTx } from './guarded-tx.ts';

/**
 * Runs product code on a transaction that it cannot outlive, and gives it up at the deadline or when `signal` aborts. It resolves or rejects
 * only when none of the code's statements runs any more, so that the transaction can be ended. Code that never yields cannot be given up.
 * @throws what the code throws; RUNTIME_DEADLINE; RUNTIME_STOPPED when `signal` aborts; RUNTIME_DATABASE_TROUBLE whatever the code made of it;
 * RUNTIME_STATEMENT_UNFINISHED and RUNTIME_STATEMENT_FAILED for code that left its statements to themselves.
 */
export async function runProductCode<T>(options: {
  tx: Tx;
  signal: AbortSignal;
  deadlineMs: number;
  run: (tx: ProductTx, signal: AbortSignal) => Promise<T>;
}): Promise<T> {
  const guarded = createGuardedTx(options.tx);
  const controller = new AbortController();
  const stop = (): void => controller.abort(errors.STOPPED());
  const timer = setTimeout(() => controller.abort(errors.DEADLINE(options.deadlineMs)), options.deadlineMs);
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const givenUp = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  try {
    controller.signal.throwIfAborted();
    const result = await Promise.race([start(options.run, guarded.tx, controller.signal), givenUp]);
    await guarded.settle();
    return result;
  } catch (error) {
    await guarded.close();
    if (options.signal.aborted) throw errors.STOPPED.because({ cause: error });
    const trouble = guarded.trouble();
    if (trouble !== undefined) throw errors.DATABASE_TROUBLE.because({ cause: trouble });
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  }
}

/** Makes a rejection of what is thrown before the first `await`. */
async function start<T>(run: (tx: ProductTx, signal: AbortSignal) => Promise<T>, tx: ProductTx, signal: AbortSignal): Promise<T> {
  return run(tx, signal);
}

/**
 * How long one statement may run, in milliseconds: code that was given up holds its transaction until its statement ends. Not under a second,
 * since the host's own statements in the same transaction need their time on a busy machine.
 */
export function statementLimit(deadlineMs: number): number {
  return Math.max(1_000, Math.ceil(deadlineMs));
}
