import { setTimeout as delay } from 'node:timers/promises';
import type { TenantContext } from '@etis/contracts/context';
import type { TenantDb } from '@etis/postgres';
import { Defer, type PaceKey } from './job-kind.ts';

/** A turn that comes sooner is waited for where one is; for a later one the thread is worth more to another job. */
const longestWaitMs = 2_000;
const maxKeys = 16;
const maxKeyLength = 200;

/** How a job waits for its turn; see `JobContext.pace`. */
export function createPace(options: {
  db: TenantDb;
  context: TenantContext;
  signal: AbortSignal;
}): (keys: readonly PaceKey[]) => Promise<void> {
  const { db, context, signal } = options;

  return async (keys) => {
    const every = new Map<string, number>();
    for (const { key, everyMs } of keys) {
      if (key.length < 1 || key.length > maxKeyLength || key.includes('\0'))
        throw new TypeError(`"${key}" is not 1 to ${maxKeyLength} characters`);
      if (!Number.isFinite(everyMs) || everyMs < 0) throw new TypeError(`the pace of "${key}" is not a number of milliseconds`);
      every.set(key, Math.max(everyMs, every.get(key) ?? 0));
    }
    if (every.size > maxKeys) throw new TypeError(`a job cannot keep more than ${maxKeys} paces at once`);
    if (every.size === 0) return;
    signal.throwIfAborted();
    const wait = await db.tenant(context, async (tx) => {
      const [turn] = await tx.query<{ wait: number }>('select pace_take($1, $2::text[], $3::float8[], $4) as wait', [
        context.tenant,
        [...every.keys()],
        [...every.values()],
        longestWaitMs,
      ]);
      return turn?.wait ?? 0;
    });
    if (wait > longestWaitMs) throw new Defer(wait, `its turn comes in ${Math.ceil(wait / 1_000)} s`);
    if (wait > 0) await delay(wait, undefined, { signal });
  };
}
