import { isDeepStrictEqual } from 'node:util';
import type { ConfigurationChange, Environment, Explained, FlagDeclaration, FlagRule } from '@etis/contracts/configuration';
import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { ProductId } from '@etis/contracts/tenancy';
import type { Clock } from '@etis/kernel';
import type { PlatformTx } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { Expectation } from '../expectation.ts';
import { checkText } from '../input.ts';
import { recordChange } from './changes.ts';
import { type FlagEntry, readEntry } from './entries.ts';
import type { ConfigurationOptions } from './parameters.ts';
import { type ConfigurationPreview, previewOf } from './preview.ts';
import { checkRules } from './rule-checks.ts';
import { placedTargets, type TargetQuery, targetOf, valuesOf } from './targets.ts';

/** A flag as it is declared, with its rules. */
export interface FlagView {
  readonly key: string;
  readonly declaration: FlagDeclaration;
  /** False once its product declares it no more. */
  readonly declared: boolean;
  /** While it is not, the variant `off` counts for everybody. */
  readonly enabled: boolean;
  readonly rules: readonly FlagRule[];
  /** Rules that name variants which the declaration has no more: the default counts for whom they fit. */
  readonly misfits: readonly string[];
  /** The id of the change that made it so; another with every change, null while there was none. */
  readonly change: string | null;
}

/** What is absent stays. */
export interface FlagChange {
  readonly enabled?: boolean;
  readonly rules?: readonly FlagRule[];
}

/** Everything throws CONTROL_FLAG_UNKNOWN for a key that is none, and CONTROL_INPUT_INVALID. */
export interface Flags {
  /** In the order of keys. `cursor` is the `next` of the page before. */
  list(context: Context, page: { limit: number; cursor?: string; product?: ProductId }): Promise<Page<FlagView>>;
  get(context: Context, key: string): Promise<FlagView>;
  /** Without a difference nothing happens. @throws what `expect` throws */
  change(
    context: Context,
    key: string,
    change: FlagChange & { reason: string; expect?: Expectation<FlagView> | undefined },
  ): Promise<FlagView>;
  /** What would be at a moment (by default now) in an environment (by default the installation's). Changes nothing. */
  preview(
    context: Context,
    key: string,
    change: FlagChange & { environment?: Environment | undefined; at?: string | undefined },
  ): Promise<ConfigurationPreview>;
  /** What counts now for a target, and why. Kills by directive are not looked at: they are in the fleet and not here. */
  value(context: Context, key: string, query: TargetQuery): Promise<Explained>;
}

interface FlagRow {
  readonly key: string;
  readonly declaration: FlagDeclaration;
  readonly declared: boolean;
  readonly enabled: boolean;
  readonly rules: readonly FlagRule[];
  readonly change_id: string | null;
}

const columns = 'key, declaration, declared, enabled, rules, change_id';

export function createFlags({ db, clock, environment: own, changed }: ConfigurationOptions): Flags {
  return {
    async list(context, { limit, cursor, product }) {
      const rows = await db.platform(context, 'list flags', (tx) =>
        tx.query<FlagRow>(`select ${columns} from flag where key > $1 and ($2::text is null or product_id = $2) order by key limit $3`, [
          cursor ?? '',
          product ?? null,
          limit + 1,
        ]),
      );
      const items = rows.slice(0, limit);
      return { items: items.map(viewOf), next: rows.length > limit ? (items.at(-1)?.key ?? null) : null };
    },
    get: (context, key) => db.platform(context, 'look at a flag', async (tx) => viewOf(await readFlag(tx, key, ''))),
    async change(context, key, { reason, expect, ...change }) {
      checkText('reason', reason, 500);
      const { before, after } = await db.platform(context, 'change a flag', async (tx) => {
        const current = await lockFlag(tx, key);
        expect?.(current);
        const next = await changedFlag(tx, current, change);
        if (next === null) return { before: current, after: current };
        return {
          before: current,
          after: (await writeFlag(tx, context, { current, ...next, reason, clock, action: actionOf(change) })).flag,
        };
      });
      if (before !== after) await changed();
      return after;
    },
    async preview(context, key, { environment = own, at, ...change }) {
      return db.platform(context, 'preview a flag', async (tx) => {
        const before = await readEntry(tx, 'flag', key);
        if (change.rules !== undefined) await checkRules(tx, before.declaration, change.rules);
        const targets = await placedTargets(tx, before.declaration.product, null);
        const now = at === undefined ? clock.now() : Date.parse(at);
        return previewOf(before, { ...before, ...change }, { targets, environment, now });
      });
    },
    async value(context, key, query) {
      return db.platform(context, 'evaluate a flag', async (tx) => {
        const entry = await readEntry(tx, 'flag', key);
        const target = await targetOf(tx, entry.declaration.product, query);
        return valuesOf(entry, { environment: query.environment ?? own, now: clock.now() })(target);
      });
    },
  };
}

/** What the flag becomes by the change, checked; null where nothing differs. @throws CONTROL_INPUT_INVALID */
export async function changedFlag(
  tx: PlatformTx,
  current: FlagView,
  { enabled = current.enabled, rules = current.rules }: FlagChange,
): Promise<Required<FlagChange> | null> {
  if (enabled === current.enabled && isDeepStrictEqual(rules, current.rules)) return null;
  if (rules !== current.rules) await checkRules(tx, current.declaration, rules);
  return { enabled, rules };
}

/** Writes what was checked, in a transaction that holds the flag. */
export async function writeFlag(
  tx: PlatformTx,
  context: Context,
  change: Required<FlagChange> & {
    readonly current: FlagView;
    readonly reason: string;
    readonly clock: Clock;
    readonly action: string;
    readonly rollsBack?: string;
  },
): Promise<{ readonly flag: FlagView; readonly change: ConfigurationChange }> {
  const { current, enabled, rules, reason, clock, action, rollsBack } = change;
  const { key } = current;
  const before = entryOf(current);
  const recorded = await recordChange(tx, context, { key, action, reason, before, after: { ...before, enabled, rules }, rollsBack, clock });
  const [row] = await tx.query<FlagRow>(`update flag set enabled = $2, rules = $3, change_id = $4 where key = $1 returning ${columns}`, [
    key,
    enabled,
    JSON.stringify(rules),
    recorded.id,
  ]);
  return { flag: viewOf(row as FlagRow), change: recorded };
}

/** Holds the flag until the end of the transaction. @throws CONTROL_FLAG_UNKNOWN */
export async function lockFlag(tx: PlatformTx, key: string): Promise<FlagView> {
  return viewOf(await readFlag(tx, key, 'for update'));
}

async function readFlag(tx: PlatformTx, key: string, lock: 'for update' | ''): Promise<FlagRow> {
  const [row] = await tx.query<FlagRow>(`select ${columns} from flag where key = $1 ${lock}`, [key]);
  if (row === undefined) throw errors.FLAG_UNKNOWN(key);
  return row;
}

function actionOf({ enabled, rules }: FlagChange): string {
  if (rules !== undefined || enabled === undefined) return 'flag.change';
  return enabled ? 'flag.enable' : 'flag.disable';
}

function entryOf({ declaration, enabled, rules }: FlagView): FlagEntry {
  return { kind: 'flag', declaration, enabled, rules };
}

function viewOf({ change_id, ...row }: FlagRow): FlagView {
  return { ...row, misfits: row.rules.filter((rule) => isMisfit(row.declaration, rule)).map(({ id }) => id), change: change_id };
}

function isMisfit({ variants }: FlagDeclaration, { variant, rollout }: FlagRule): boolean {
  const named = [...(variant === undefined ? [] : [variant]), ...Object.keys(rollout?.shares ?? {})];
  return named.some((name) => !Object.hasOwn(variants, name));
}
