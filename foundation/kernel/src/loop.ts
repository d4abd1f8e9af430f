import type { Log } from '@etis/contracts/log';
import { backoff } from './backoff.ts';
import type { Service } from './service.ts';

/** A service that does a round of work whenever it is woken, and at the latest after `idleMs`. */
export interface Loop extends Service {
  /** Asks for a round soon. Never throws; calls during a round ask for one more. */
  wake(): void;
}

/**
 * Runs `round` again and again, one at a time: at once while it resolves to true (there is more), otherwise when woken or after `idleMs`.
 * A round that throws is logged and tried again after a back-off of 100 ms to 5 s, so an outage ends without a restart.
 * `stop` aborts the signal and waits for the round that is running.
 */
export function createLoop(options: { name: string; log: Log; idleMs: number; round: (signal: AbortSignal) => Promise<boolean> }): Loop {
  let controller = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let woken = false;
  let ring: (() => void) | undefined;

  function pause(ms: number, wakeable: boolean): Promise<void> {
    if (controller.signal.aborted || (wakeable && woken)) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        ring = undefined;
        controller.signal.removeEventListener('abort', done);
        resolve();
      }
      controller.signal.addEventListener('abort', done, { once: true });
      if (wakeable) ring = done;
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      woken = false;
      try {
        const more = await options.round(signal);
        if (failures > 0) options.log.info({ loop: options.name, failures }, 'working again');
        failures = 0;
        if (!more) await pause(options.idleMs, true);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        options.log.warn({ loop: options.name, failures, err: error }, 'a round failed; trying again');
        await pause(backoff(failures, { base: 100, cap: 5_000 }), false);
      }
    }
  }

  return {
    name: options.name,
    start() {
      controller = new AbortController();
      running = run(controller.signal);
      return Promise.resolve();
    },
    async stop() {
      controller.abort();
      await running;
    },
    wake() {
      woken = true;
      ring?.();
    },
  };
}
