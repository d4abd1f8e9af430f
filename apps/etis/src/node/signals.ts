import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '@etis/contracts/log';

/** What can be told to stop by a signal. */
export interface Stoppable {
  drain(): void;
  stop(): Promise<void>;
}

/** More than every part's own bound together; what is not stopped by then never will be. */
const stopWithinMs = 25_000;

/** Takes SIGINT and SIGTERM from now on: the first one is what `first` resolves to, the second one ends the process at once. */
export function takeSignals(): { readonly first: Promise<NodeJS.Signals> } {
  const { promise: first, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let taken = false;
  const take = (signal: NodeJS.Signals) => {
    if (taken) process.exit(128 + constants.signals[signal]);
    taken = true;
    resolve(signal);
  };
  process.on('SIGINT', take);
  process.on('SIGTERM', take);
  return { first };
}

/**
 * Stops in the order that loses nothing: first `/readyz` says no, then for `lameduckMs` everything is still answered, until whoever chooses
 * where to send requests has heard; then the listener and everything behind it. Ends the process with 1 where that takes longer than 25 s.
 */
export async function stopGracefully(running: Stoppable, { lameduckMs, log }: { lameduckMs: number; log: Log }): Promise<void> {
  running.drain();
  if (lameduckMs > 0) await delay(lameduckMs);
  const late = setTimeout(() => {
    log.error({ withinMs: stopWithinMs }, 'the process did not stop in time and is ended; what it held goes on elsewhere after its leases');
    process.exit(1);
  }, stopWithinMs);
  await running.stop();
  clearTimeout(late);
}
