import type { FlagDeclaration, ParameterDeclaration } from '@etis/contracts/configuration';
import { declarationProblem, misfit } from '@etis/contracts/configuration-checks';
import type { Context } from '@etis/contracts/context';
import type { ProductId } from '@etis/contracts/tenancy';
import { audit, type PlatformTx } from '@etis/postgres';
import { errors } from '../errors.ts';

/** What a product says can be set from afar. */
export interface ConfigurationDeclaration {
  readonly parameters: readonly ParameterDeclaration[];
  readonly flags: readonly FlagDeclaration[];
}

interface Declaring {
  readonly id: ProductId;
  readonly configuration?: ConfigurationDeclaration | undefined;
}

/**
 * Brings the tables in line with what is declared. What is declared no more is shown as undeclared while something is set, and then goes; what is
 * set and does not fit a declaration any more is kept and marked, and the default counts.
 * @throws CONTROL_DECLARATION_INVALID
 */
export async function registerConfiguration(tx: PlatformTx, context: Context, products: readonly Declaring[]): Promise<void> {
  const parameters = products.flatMap(({ configuration }) => configuration?.parameters ?? []);
  const flags = products.flatMap(({ configuration }) => configuration?.flags ?? []);
  check(products);
  await exchangeKinds(tx, context, { parameters, flags });
  for (const declaration of parameters) await registerParameter(tx, context, declaration);
  for (const declaration of flags) {
    if (await upsert(tx, 'flag', declaration)) await recorded(tx, context, `flag/${declaration.key}`, 'flag.declare');
  }
  await withdraw(tx, context, 'parameter', keysOf(parameters));
  await withdraw(tx, context, 'flag', keysOf(flags));
}

function check(products: readonly Declaring[]): void {
  const seen = new Set<string>();
  for (const { id, configuration } of products) {
    for (const declaration of [...(configuration?.parameters ?? []), ...(configuration?.flags ?? [])]) {
      const { key, product } = declaration;
      const problem =
        declarationProblem(declaration) ??
        (product === id ? null : `names the product ${product}`) ??
        (seen.has(key) ? 'is declared twice' : null);
      if (problem !== null) throw errors.DECLARATION_INVALID(id, key, problem);
      seen.add(key);
    }
  }
}

async function registerParameter(tx: PlatformTx, context: Context, declaration: ParameterDeclaration): Promise<void> {
  if (!(await upsert(tx, 'parameter', declaration))) return;
  const { key } = declaration;
  await recorded(tx, context, `parameter/${key}`, 'parameter.declare');
  const settings = await tx.query<{ place: string; environment: string | null; value: unknown; misfit: string | null }>(
    'select place, environment, value, misfit from parameter_setting where parameter_key = $1',
    [key],
  );
  const changed = settings
    .map((setting) => ({ ...setting, now: misfit(declaration.value, setting.value) }))
    .filter((setting) => setting.now !== setting.misfit);
  if (changed.length === 0) return;
  await tx.query(
    `update parameter_setting s set misfit = found.misfit
     from unnest($2::text[], $3::text[], $4::text[]) as found (place, environment, misfit)
     where s.parameter_key = $1 and s.place = found.place and s.environment is not distinct from found.environment`,
    [key, changed.map(({ place }) => place), changed.map(({ environment }) => environment), changed.map(({ now }) => now)],
  );
}

/** Whether something changed by it. */
async function upsert(tx: PlatformTx, table: 'parameter' | 'flag', declaration: { key: string; product: ProductId }): Promise<boolean> {
  const rows = await tx.query(
    `insert into ${table} as known (key, product_id, declaration) values ($1, $2, $3)
     on conflict (key) do update set product_id = excluded.product_id, declaration = excluded.declaration, declared = true
     where (known.product_id, known.declaration, known.declared) is distinct from (excluded.product_id, excluded.declaration, true)
     returning key`,
    [declaration.key, declaration.product, JSON.stringify(declaration)],
  );
  return rows.length > 0;
}

/** A key that was a parameter and is a flag now, or the other way round, keeps nothing: what was set means nothing for the other. */
async function exchangeKinds(tx: PlatformTx, context: Context, { parameters, flags }: ConfigurationDeclaration): Promise<void> {
  for (const [table, keys] of [
    ['flag', keysOf(parameters)],
    ['parameter', keysOf(flags)],
  ] as const) {
    const gone = await tx.query<{ key: string }>(`delete from ${table} where key = any($1) returning key`, [keys]);
    for (const { key } of gone) await recorded(tx, context, `${table}/${key}`, `${table}.withdraw`);
  }
}

async function withdraw(tx: PlatformTx, context: Context, table: 'parameter' | 'flag', declared: readonly string[]): Promise<void> {
  const unset =
    table === 'parameter' ? 'not exists (select from parameter_setting s where s.parameter_key = key)' : "(enabled and rules = '[]')";
  const removed = await tx.query<{ key: string }>(`delete from ${table} where key <> all($1) and ${unset} returning key`, [declared]);
  const marked = await tx.query<{ key: string }>(`update ${table} set declared = false where key <> all($1) and declared returning key`, [
    declared,
  ]);
  for (const { key } of [...removed, ...marked]) await recorded(tx, context, `${table}/${key}`, `${table}.withdraw`);
}

function keysOf(declarations: readonly { readonly key: string }[]): readonly string[] {
  return declarations.map(({ key }) => key);
}

function recorded(tx: PlatformTx, context: Context, target: string, action: string): Promise<void> {
  return audit.record(tx, context, { action, target });
}
