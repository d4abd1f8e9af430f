import type { Log } from '@etis/contracts/log';
import type { Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';

/**
 * Tells other processes, by NOTIFY, that there is something to look for. A hint is sent on its own, after the transaction that it speaks of:
 * inside, it would make every commit queue for the server's one notification lock. It may be lost; whoever waits for hints also polls.
 */
export interface Hints extends Service {
  /** Sends soon; calls that come together share one. Never throws. */
  send(): void;
}

export function createHints(options: {
  db: SystemDb;
  log: Log;
  channel: string;
  onHint?: () => void;
  /** Sends at most this often, so that a busy sender does not wake listeners for every commit; by default 50 ms. */
  spacingMs?: number;
}): Hints {
  const { db, log, channel, onHint, spacingMs = 50 } = options;
  let stopListening: (() => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let sending: Promise<void> = Promise.resolve();

  async function notify(): Promise<void> {
    try {
      // A hint that a crash may lose need not wait for the disk, nor keep a delivery's commit waiting for it.
      await db.statement("select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)", [channel, '']);
    } catch (error) {
      log.debug({ channel, err: error }, 'a hint was not sent; those who wait for it will poll');
    }
  }

  function spaced(): void {
    timer = undefined;
    if (again) send();
  }

  function send(): void {
    if (timer !== undefined) {
      again = true;
      return;
    }
    again = false;
    timer = setTimeout(spaced, spacingMs).unref();
    sending = notify();
  }

  return {
    name: `hints ${channel}`,
    send,
    async start() {
      if (onHint !== undefined) stopListening ??= await db.listen(channel, onHint);
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      again = false;
      await stopListening?.();
      stopListening = undefined;
      await sending;
    },
  };
}
