import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '@etis/contracts/log';
import { backoff, type Service } from '@etis/kernel';
import type { LinkSession } from './link-session.ts';

/** Holds one connection for as long as it runs. */
export interface KeptConnection extends Service {
  /** The connection, where there is one now. */
  session(): LinkSession | null;
}

const between = { base: 200, cap: 30_000 };

/** Opens a session again whenever it is over: after as long as the platform asked, or a back-off that grows, each with chance in it. */
export function keepConnected(options: {
  name: string;
  open: () => Promise<LinkSession>;
  opened?: (session: LinkSession) => void;
  log: Log;
}): KeptConnection {
  const { name, log } = options;
  const stopping = new AbortController();
  let session: LinkSession | null = null;
  let running: Promise<void> | undefined;

  async function once(): Promise<number | null> {
    session = await options.open();
    if (stopping.signal.aborted) session.close('it is stopped');
    else options.opened?.(session);
    const { reason, afterMs } = await session.ended;
    log.info({ link: name, reason }, 'the link to the platform is down');
    return afterMs;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      let afterMs: number | null = null;
      try {
        const begun = performance.now();
        afterMs = await once();
        failures = performance.now() - begun > between.cap ? 0 : failures;
      } catch (error) {
        if (!stopping.signal.aborted) log.debug({ link: name, err: error }, 'the platform cannot be reached');
      }
      session = null;
      failures += 1;
      const ms = afterMs === null ? backoff(failures, between) : afterMs * (1 + Math.random() / 2);
      await delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    name,
    session: () => session,
    async start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      session?.close('it is stopped');
      await running;
    },
  };
}
