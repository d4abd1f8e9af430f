import { isDeepStrictEqual } from 'node:util';
import type { ConfigurationChange, ConfigurationEntry } from '@etis/contracts/configuration';
import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { PlatformTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import { checkText } from '../input.ts';
import { type ChangesQuery, listChanges, readChange } from './changes.ts';
import type { FlagEntry, ParameterEntry } from './entries.ts';
import { changedFlag, lockFlag, writeFlag } from './flags.ts';
import {
  type ConfigurationOptions,
  checkValue,
  lockParameter,
  readSetting,
  removeSetting,
  type SettingChange,
  writeSetting,
} from './parameters.ts';

/** What was changed of parameters and flags, and the way back. */
export interface ConfigurationHistory {
  /** Newest first. `cursor` is the `next` of the page before. */
  list(context: Context, query: ChangesQuery): Promise<Page<ConfigurationChange>>;
  /**
   * Makes what the change changed as it was before, as a change of its own, which can be rolled back too.
   * @throws CONTROL_CHANGE_UNKNOWN; CONTROL_CHANGE_SUPERSEDED where the same setting or flag was changed since, unless `force`;
   * CONTROL_CHANGE_UNDONE where nothing would differ; CONTROL_INPUT_INVALID where what was before is not allowed any more
   */
  rollback(context: Context, id: string, order: { reason: string; force?: boolean | undefined }): Promise<ConfigurationChange>;
}

interface Rollback {
  readonly change: ConfigurationChange;
  readonly reason: string;
}

const action = 'configuration.rollback';

export function createConfigurationHistory({ db, clock, changed }: ConfigurationOptions): ConfigurationHistory {
  async function rollbackSetting(tx: PlatformTx, context: Context, { change, reason }: Rollback): Promise<ConfigurationChange> {
    const declaration = await lockParameter(tx, change.key);
    const was = settingOf(change.before);
    const place = was ?? settingOf(change.after);
    if (place === undefined) throw errors.CHANGE_UNDONE(change.id);
    const { at, environment } = place;
    const current = await readSetting(tx, change.key, { at, environment });
    const order: SettingChange = { declaration, place: { at, environment }, reason, current, clock, action, rollsBack: change.id };
    if (was === undefined) {
      if (current === null) throw errors.CHANGE_UNDONE(change.id);
      return removeSetting(tx, context, order);
    }
    if (current !== null && isDeepStrictEqual(current.value, was.value)) throw errors.CHANGE_UNDONE(change.id);
    checkValue(declaration, was.value);
    return (await writeSetting(tx, context, { ...order, value: was.value })).change;
  }

  async function rollbackFlag(tx: PlatformTx, context: Context, { change, reason }: Rollback): Promise<ConfigurationChange> {
    const current = await lockFlag(tx, change.key);
    const { enabled, rules } = change.before as FlagEntry;
    const next = await changedFlag(tx, current, { enabled, rules });
    if (next === null) throw errors.CHANGE_UNDONE(change.id);
    return (await writeFlag(tx, context, { current, ...next, reason, clock, action, rollsBack: change.id })).change;
  }

  return {
    list: (context, query) => db.platform(context, 'look at the history of the configuration', (tx) => listChanges(tx, query)),
    async rollback(context, id, { reason, force = false }) {
      checkText('reason', reason, 500);
      const made = await db.platform(context, 'roll a change of the configuration back', async (tx) => {
        const { key, after } = await readChange(tx, id);
        // The lock first, the look second: what is judged is what is rolled back.
        await (after.kind === 'parameter' ? lockParameter(tx, key) : lockFlag(tx, key));
        const change = await readChange(tx, id);
        if (change.superseded && !force) throw errors.CHANGE_SUPERSEDED(id);
        return after.kind === 'parameter'
          ? rollbackSetting(tx, context, { change, reason })
          : rollbackFlag(tx, context, { change, reason });
      });
      await changed();
      return made;
    },
  };
}

function settingOf(entry: ConfigurationEntry | null): ParameterEntry['settings'][number] | undefined {
  return entry?.kind === 'parameter' ? entry.settings[0] : undefined;
}
