import { isDeepStrictEqual } from 'node:util';
import type { ConfigurationChange, Environment, Explained, ParameterDeclaration, ParameterSetting } from '@etis/contracts/configuration';
import { misfit } from '@etis/contracts/configuration-checks';
import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { ProductId, TenantId } from '@etis/contracts/tenancy';
import type { Clock } from '@etis/kernel';
import type { PlatformDb, PlatformTx } from '@etis/postgres';
import { errors, invalidInput } from '../errors.ts';
import type { Expectation } from '../expectation.ts';
import { checkText } from '../input.ts';
import { missingReference } from '../missing-reference.ts';
import { recordChange } from './changes.ts';
import { type ParameterEntry, readEntry } from './entries.ts';
import { type LevelFields, levelOf, type Place, placeText, tenantOf } from './place.ts';
import { type ConfigurationPreview, previewOf } from './preview.ts';
import { placedTargets, type TargetQuery, targetOf, valuesOf } from './targets.ts';

/** A parameter as it is declared, with how much is set. */
interface ParameterSummary {
  readonly key: string;
  readonly declaration: ParameterDeclaration;
  /** False once its product declares it no more. */
  readonly declared: boolean;
  readonly settings: number;
  /** How many of those are none that the declaration allows, so that the default counts. */
  readonly misfits: number;
}

/** What a parameter is set to at one place. */
export interface SettingView extends ParameterSetting {
  /** Why the default counts instead; null where the value does. */
  readonly misfit: string | null;
  /** The id of the change that made it so; another with every change. */
  readonly change: string;
  readonly setAt: string;
  readonly setBy: string;
}

/** Where, as a request names it. Without an environment: in every one. */
export interface SettingPlace extends LevelFields {
  readonly environment?: Environment;
}

/** Everything throws CONTROL_PARAMETER_UNKNOWN for a key that is none, and CONTROL_INPUT_INVALID. */
export interface Parameters {
  /** In the order of keys. `cursor` is the `next` of the page before. */
  list(context: Context, page: { limit: number; cursor?: string; product?: ProductId }): Promise<Page<ParameterSummary>>;
  get(context: Context, key: string): Promise<ParameterSummary>;
  /** In the order of places; of a tenant its own. */
  settings(
    context: Context,
    key: string,
    page: { limit: number; after?: { place: string; environment: string }; tenant?: TenantId },
  ): Promise<{ readonly items: readonly SettingView[]; readonly more: boolean }>;
  /** @throws CONTROL_SETTING_UNKNOWN */
  setting(context: Context, key: string, place: SettingPlace): Promise<SettingView>;
  /** Without a difference nothing happens. @throws CONTROL_TENANT_UNKNOWN, and what `expect` throws */
  set(
    context: Context,
    key: string,
    change: { place: SettingPlace; value: unknown; reason: string; expect?: Expectation<SettingView> | undefined },
  ): Promise<SettingView>;
  /** @throws CONTROL_SETTING_UNKNOWN, and what `expect` throws */
  unset(
    context: Context,
    key: string,
    change: { place: SettingPlace; reason: string; expect?: Expectation<SettingView> | undefined },
  ): Promise<void>;
  /** What would be if it were set, or unset without a `value`. Changes nothing. */
  preview(context: Context, key: string, change: { place: SettingPlace; value?: unknown }): Promise<ConfigurationPreview>;
  /** What counts now for a target, and why. */
  value(context: Context, key: string, query: TargetQuery): Promise<Explained>;
}

export interface ConfigurationOptions {
  readonly db: PlatformDb;
  readonly clock: Clock;
  /** Of this installation. */
  readonly environment: Environment;
  readonly changed: () => Promise<void>;
}

interface SettingRow {
  readonly at: ParameterSetting['at'];
  readonly environment: Environment | null;
  readonly value: unknown;
  readonly misfit: string | null;
  readonly change_id: string;
  readonly set_at: Date;
  readonly set_by: string;
}

const summary = `
select p.key, p.declaration, p.declared,
  (select count(*)::int from parameter_setting s where s.parameter_key = p.key) as settings,
  (select count(*)::int from parameter_setting s where s.parameter_key = p.key and s.misfit is not null) as misfits
from parameter p`;
const settingColumns = 'at, environment, value, misfit, change_id, set_at, set_by';

export function createParameters({ db, clock, environment: own, changed }: ConfigurationOptions): Parameters {
  return {
    async list(context, { limit, cursor, product }) {
      const rows = await db.platform(context, 'list parameters', (tx) =>
        tx.query<ParameterSummary>(`${summary} where p.key > $1 and ($2::text is null or p.product_id = $2) order by p.key limit $3`, [
          cursor ?? '',
          product ?? null,
          limit + 1,
        ]),
      );
      const items = rows.slice(0, limit);
      return { items, next: rows.length > limit ? (items.at(-1)?.key ?? null) : null };
    },
    get: (context, key) => db.platform(context, 'look at a parameter', (tx) => readSummary(tx, key)),
    async settings(context, key, { limit, after, tenant }) {
      return db.platform(context, 'look at the settings of a parameter', async (tx) => {
        await readSummary(tx, key);
        const rows = await tx.query<SettingRow>(
          `select ${settingColumns} from parameter_setting
           where parameter_key = $1 and ($2::text is null or tenant_id = $2)
             and ($3::text is null or (place, coalesce(environment, '')) > ($3, $4))
           order by place, coalesce(environment, '') limit $5`,
          [key, tenant ?? null, after?.place ?? null, after?.environment ?? null, limit + 1],
        );
        return { items: rows.slice(0, limit).map(settingOf), more: rows.length > limit };
      });
    },
    async setting(context, key, fields) {
      return db.platform(context, 'look at a setting', async (tx) => {
        const place = placeOf(fields, (await readSummary(tx, key)).declaration);
        const found = await readSetting(tx, key, place);
        if (found === null) throw unknown(key, place);
        return found;
      });
    },
    async set(context, key, { place: fields, value, reason, expect }) {
      checkText('reason', reason, 500);
      const { setting, isNew } = await db
        .platform(context, 'set a parameter', async (tx) => {
          const declaration = await lockParameter(tx, key);
          const place = placeOf(fields, declaration);
          const current = await readSetting(tx, key, place);
          expect?.(current);
          checkValue(declaration, value);
          if (current !== null && current.misfit === null && isDeepStrictEqual(current.value, value))
            return { setting: current, isNew: false };
          const { setting: made } = await writeSetting(tx, context, {
            declaration,
            place,
            value,
            reason,
            current,
            clock,
            action: 'parameter.set',
          });
          return { setting: made, isNew: true };
        })
        .catch((error: unknown) => {
          if (missingReference(error)?.includes('tenant')) throw errors.TENANT_UNKNOWN(fields.tenant ?? '');
          throw error;
        });
      if (isNew) await changed();
      return setting;
    },
    async unset(context, key, { place: fields, reason, expect }) {
      checkText('reason', reason, 500);
      await db.platform(context, 'unset a parameter', async (tx) => {
        const declaration = await lockParameter(tx, key);
        const place = placeOf(fields, declaration);
        const current = await readSetting(tx, key, place);
        expect?.(current);
        if (current === null) throw unknown(key, place);
        await removeSetting(tx, context, { declaration, place, reason, current, clock, action: 'parameter.unset' });
      });
      await changed();
    },
    async preview(context, key, { place: fields, ...change }) {
      return db.platform(context, 'preview a setting', async (tx) => {
        const before = await readEntry(tx, 'parameter', key);
        const { declaration } = before;
        const place = placeOf(fields, declaration);
        if ('value' in change) checkValue(declaration, change.value);
        const rest = before.settings.filter((setting) => !isAt(setting, place));
        const settings = 'value' in change ? [...rest, { ...place, value: change.value }] : rest;
        const tenant = tenantOf(place.at);
        return previewOf(
          before,
          { ...before, settings },
          {
            targets: await placedTargets(tx, declaration.product, tenant),
            environment: place.environment ?? own,
            now: clock.now(),
            unit: place.at.level === 'unit' ? place.at.unit : undefined,
          },
        );
      });
    },
    async value(context, key, query) {
      return db.platform(context, 'evaluate a parameter', async (tx) => {
        const entry = await readEntry(tx, 'parameter', key);
        const target = await targetOf(tx, entry.declaration.product, query);
        return valuesOf(entry, { environment: query.environment ?? own, now: clock.now() })(target);
      });
    },
  };
}

/** A change of one setting, in a transaction that holds the parameter. */
export interface SettingChange {
  readonly declaration: ParameterDeclaration;
  readonly place: Place;
  readonly reason: string;
  readonly current: SettingView | null;
  readonly clock: Clock;
  readonly action: string;
  readonly rollsBack?: string;
}

export async function writeSetting(
  tx: PlatformTx,
  context: Context,
  { value, ...change }: SettingChange & { readonly value: unknown },
): Promise<{ readonly setting: SettingView; readonly change: ConfigurationChange }> {
  const { declaration, place } = change;
  const { key } = declaration;
  const recorded = await recordSetting(tx, context, change, [{ ...place, value }]);
  const rows = await tx.query<SettingRow>(
    `insert into parameter_setting (parameter_key, place, environment, at, tenant_id, value, change_id, set_at, set_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (parameter_key, place, environment) do update
     set value = excluded.value, misfit = null, change_id = excluded.change_id, set_at = excluded.set_at, set_by = excluded.set_by
     returning ${settingColumns}`,
    [
      key,
      placeText(place.at),
      place.environment,
      JSON.stringify(place.at),
      tenantOf(place.at),
      JSON.stringify(value),
      recorded.id,
      new Date(recorded.at),
      recorded.by,
    ],
  );
  return { setting: settingOf(rows[0] as SettingRow), change: recorded };
}

export async function removeSetting(tx: PlatformTx, context: Context, change: SettingChange): Promise<ConfigurationChange> {
  const { declaration, place } = change;
  await tx.query('delete from parameter_setting where parameter_key = $1 and place = $2 and environment is not distinct from $3', [
    declaration.key,
    placeText(place.at),
    place.environment,
  ]);
  return recordSetting(tx, context, change, []);
}

function recordSetting(
  tx: PlatformTx,
  context: Context,
  { declaration, place, reason, current, clock, action, rollsBack }: SettingChange,
  settings: readonly ParameterSetting[],
): Promise<ConfigurationChange> {
  const entry = (list: readonly ParameterSetting[]): ParameterEntry => ({ kind: 'parameter', declaration, settings: list });
  const before = entry(current === null ? [] : [{ ...place, value: current.value }]);
  return recordChange(tx, context, { key: declaration.key, action, place, reason, before, after: entry(settings), rollsBack, clock });
}

/** Holds the parameter until the end of the transaction. @throws CONTROL_PARAMETER_UNKNOWN */
export async function lockParameter(tx: PlatformTx, key: string): Promise<ParameterDeclaration> {
  const [row] = await tx.query<{ declaration: ParameterDeclaration }>('select declaration from parameter where key = $1 for update', [key]);
  if (row === undefined) throw errors.PARAMETER_UNKNOWN(key);
  return row.declaration;
}

export async function readSetting(tx: PlatformTx, key: string, { at, environment }: Place): Promise<SettingView | null> {
  const [row] = await tx.query<SettingRow>(
    `select ${settingColumns} from parameter_setting where parameter_key = $1 and place = $2 and environment is not distinct from $3`,
    [key, placeText(at), environment],
  );
  return row === undefined ? null : settingOf(row);
}

/** @throws CONTROL_INPUT_INVALID */
export function checkValue({ value: type }: ParameterDeclaration, value: unknown): void {
  const reason = misfit(type, value);
  if (reason !== null) throw invalidInput('value', reason);
}

async function readSummary(tx: PlatformTx, key: string): Promise<ParameterSummary> {
  const [row] = await tx.query<ParameterSummary>(`${summary} where p.key = $1`, [key]);
  if (row === undefined) throw errors.PARAMETER_UNKNOWN(key);
  return row;
}

function placeOf(
  { environment = null, ...fields }: Omit<SettingPlace, 'environment'> & { environment?: Environment | null },
  { product }: ParameterDeclaration,
): Place {
  return { at: levelOf(fields, product), environment };
}

function isAt(setting: ParameterSetting, { at, environment }: Place): boolean {
  return placeText(setting.at) === placeText(at) && setting.environment === environment;
}

function unknown(key: string, { at, environment }: Place): Error {
  return errors.SETTING_UNKNOWN(key, `${placeText(at)}${environment === null ? '' : ` in ${environment}`}`);
}

function settingOf({ at, environment, value, misfit: reason, change_id, set_at, set_by }: SettingRow): SettingView {
  return { at, environment, value, misfit: reason, change: change_id, setAt: set_at.toISOString(), setBy: set_by };
}
