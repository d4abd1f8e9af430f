import type { Log } from '@etis/contracts/log';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import type { SpineSettings } from '../settings.ts';
import { forgetExpired } from './expired.ts';
import { createSlices } from './slices.ts';

/** Keeps the record as long as it is to be kept and no longer. Safe in several processes at once. */
export function createMaintenance(options: { db: SystemDb; clock: Clock; log: Log; settings: SpineSettings['maintenance'] }): Service {
  const { log, settings } = options;
  const slices = createSlices(options);
  return createLoop({
    name: 'spine maintenance',
    log,
    idleMs: settings.everyMs,
    async round(signal) {
      await slices.begin();
      const dropped = await slices.drop(signal);
      return (await forgetExpired(options)) || dropped;
    },
  });
}
