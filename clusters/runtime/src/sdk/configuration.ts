import type { FlagDeclaration, ParameterDeclaration, ParameterType } from '@etis/contracts/configuration';
import { declarationProblem, frozen } from '@etis/contracts/configuration-checks';

type ValueOf<V extends ParameterType> = V extends { readonly type: 'boolean' }
  ? boolean
  : V extends { readonly type: 'number' }
    ? number
    : V extends { readonly type: 'string'; readonly oneOf: readonly (infer Word)[] }
      ? Word
      : V extends { readonly type: 'string' }
        ? string
        : unknown;

declare const valueType: unique symbol;

/** A parameter of a product, which people set from afar. Reading it by this, and not by its key, gives its value the right type. */
export interface Parameter<Value = unknown> {
  readonly declaration: Omit<ParameterDeclaration, 'product'>;
  readonly [valueType]?: Value;
}

/** A feature flag of a product, with the values of its variants. */
export interface Flag<Value = unknown> {
  readonly declaration: Omit<FlagDeclaration, 'product'>;
  readonly [valueType]?: Value;
}

/** What a product lets people set. */
export interface ProductConfiguration {
  readonly parameters?: readonly Parameter[];
  readonly flags?: readonly Flag[];
}

/** What a product lets people set, as others read it. */
export interface DeclaredConfiguration {
  readonly parameters: readonly ParameterDeclaration[];
  readonly flags: readonly FlagDeclaration[];
}

/**
 * What counts now for the context's tenant on this cluster. Read from memory; never throws: where nothing was set, what was set does not fit, or
 * nothing governs yet, it is what the product declared as its default.
 */
export interface ConfigurationReader {
  /** `unit` is by default the event's project. */
  parameter<Value>(parameter: Parameter<Value>, about?: { readonly unit?: string }): Value;
  /** `subject` is the person or thing within the tenant that a roll-out by subject goes by. */
  flag<Value>(flag: Flag<Value>, about?: { readonly unit?: string; readonly subject?: string }): Value;
}

/**
 * Declares a parameter: `parameter({ key: 'nudge.replies', description: '…', value: { type: 'boolean' }, default: true })`. Its key starts with
 * the product's id and a dot; `defineProduct` checks it.
 */
export function parameter<const V extends ParameterType>(definition: {
  readonly key: string;
  readonly description: string;
  readonly value: V;
  readonly default: ValueOf<V>;
}): Parameter<ValueOf<V>> {
  return Object.freeze({ declaration: frozen(definition) });
}

/** Declares a flag: its variants by name, the one that counts by default, and the one while the feature is killed or disabled. */
export function flag<const V extends ParameterType, const Name extends string>(definition: {
  readonly key: string;
  readonly description: string;
  readonly value: V;
  readonly variants: Readonly<Record<Name, ValueOf<V>>>;
  readonly default: NoInfer<Name>;
  readonly off: NoInfer<Name>;
}): Flag<ValueOf<V>> {
  return Object.freeze({ declaration: frozen(definition) });
}

/** A product's declarations, checked. `refuse` is called with the first reason against them. */
export function declaredConfiguration(
  product: string,
  { parameters = [], flags = [] }: ProductConfiguration,
  refuse: (reason: string) => never,
): DeclaredConfiguration {
  const declared: DeclaredConfiguration = Object.freeze({
    parameters: Object.freeze(parameters.map(({ declaration }) => Object.freeze({ ...declaration, product }))),
    flags: Object.freeze(flags.map(({ declaration }) => Object.freeze({ ...declaration, product }))),
  });
  const seen = new Set<string>();
  for (const declaration of [...declared.parameters, ...declared.flags]) {
    const problem = declarationProblem(declaration) ?? (seen.has(declaration.key) ? 'is declared twice' : null);
    if (problem !== null) refuse(`"${declaration.key}" ${problem}`);
    seen.add(declaration.key);
  }
  return declared;
}
