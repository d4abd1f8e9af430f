import type { Log } from '@etis/contracts/log';
import { backoff, errorText } from '@etis/kernel';
import pg from 'pg';
import { cut, type Login, loginConfig } from './role-pool.ts';

/** A silent network break shows on nothing but a question that gets no answer. */
const pingMs = 30_000;
const pingAnswerMs = 5_000;

/**
 * Listens on a connection of its own and calls back on every notification and after every (re)connect. Resolves when the first attempt to
 * connect has ended, either way; after that it keeps trying by itself. The result stops it and is idempotent.
 */
export async function startListener(options: {
  login: Login;
  channel: string;
  callback: () => void;
  log: Log;
}): Promise<() => Promise<void>> {
  const { login, channel, callback, log } = options;
  const stopped = new AbortController();
  let client: pg.Client | undefined;

  /** `ended` resolves with the end of the connection, whatever ended it. */
  async function connect(): Promise<{ ended: Promise<void> }> {
    const fresh = new pg.Client({ ...loginConfig(login), query_timeout: pingAnswerMs });
    client = fresh;
    const ended = new Promise<void>((resolve) => {
      fresh.once('end', () => resolve());
      fresh.on('error', () => resolve());
    });
    fresh.on('notification', callback);
    await fresh.connect();
    await fresh.query(`listen ${fresh.escapeIdentifier(channel)}`);
    callback();
    return { ended };
  }

  async function watch(ended: Promise<void>): Promise<void> {
    const timer = setInterval(() => {
      client?.query('select 1').catch((error: unknown) => {
        log.debug({ channel, reason: errorText(error) }, 'the listening connection does not answer');
        if (client !== undefined) cut(client);
      });
    }, pingMs);
    try {
      await ended;
    } finally {
      clearInterval(timer);
    }
  }

  async function keepListening(firstAttempt: () => void): Promise<void> {
    let failures = 0;
    while (!stopped.signal.aborted) {
      try {
        const { ended } = await connect();
        failures = 0;
        firstAttempt();
        await watch(ended);
        if (!stopped.signal.aborted) log.info({ channel }, 'the listening connection was lost; connecting again');
      } catch (error) {
        failures += 1;
        if (!stopped.signal.aborted) log.warn({ channel, failures, reason: errorText(error) }, 'cannot listen; trying again');
        firstAttempt();
      } finally {
        if (client !== undefined) cut(client);
      }
      await pause(failures === 0 ? 10 : backoff(failures, { base: 100, cap: 5_000 }), stopped.signal);
    }
  }

  let finished: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve) => {
    finished = keepListening(resolve);
  });
  return async () => {
    stopped.abort();
    if (client !== undefined) cut(client);
    await finished;
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
