import type { FlagDeclaration, ParameterDeclaration, ParameterType } from './configuration.ts';
import type { ProductId } from './tenancy.ts';

const jsonCharacters = 10_000;
const jsonDepth = 20;
const defaultMaxLength = 1_000;

/** Why a value is not of a type, in words that end a sentence; null where it is. Strings without a `maxLength` have at most 1,000 characters. */
export function misfit(type: ParameterType, value: unknown): string | null {
  if (type.type === 'json') return jsonMisfit(value);
  if (typeof value !== type.type) return `it is no ${type.type}`;
  if (type.type === 'string') return stringMisfit(type, value as string);
  return type.type === 'number' ? numberMisfit(type, value as number) : null;
}

function stringMisfit({ maxLength = defaultMaxLength, oneOf }: Extract<ParameterType, { type: 'string' }>, value: string): string | null {
  if (!isKept(value)) return 'it has characters that cannot be kept';
  if (value.length > maxLength) return `it has more than ${maxLength} characters`;
  return oneOf === undefined || oneOf.includes(value) ? null : `it is none of ${oneOf.join(', ')}`;
}

function numberMisfit(type: Extract<ParameterType, { type: 'number' }>, value: number): string | null {
  if (!Number.isFinite(value)) return 'it is no finite number';
  if (type.integer === true && !Number.isSafeInteger(value)) return 'it is no whole number';
  if (type.minimum !== undefined && value < type.minimum) return `it is below ${type.minimum}`;
  return type.maximum !== undefined && value > type.maximum ? `it is above ${type.maximum}` : null;
}

function jsonMisfit(value: unknown): string | null {
  if (!isJson(value, jsonDepth)) return `it is no JSON of at most ${jsonDepth} levels`;
  return JSON.stringify(value).length > jsonCharacters ? `it has more than ${jsonCharacters} characters of JSON` : null;
}

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return isKept(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth - 1));
  return Object.entries(value).every(([name, member]) => isKept(name) && isJson(member, depth - 1));
}

/** What a database keeps of a text: everything but NUL and halves of surrogate pairs. */
function isKept(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The same value, frozen through and through: one that many read must not be changed by any. Only for what `misfit` finds nothing wrong with. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** Whether a text is the key of a parameter or flag of the product: `<product>.<name>`, at most 80 characters. */
export function isConfigurationKey(key: string, product: ProductId): boolean {
  return key.length <= 80 && key.startsWith(`${product}.`) && /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/.test(key);
}

/** Why a product cannot declare this, in words that follow the key; null where it can. */
export function declarationProblem(declaration: ParameterDeclaration | FlagDeclaration): string | null {
  const { key, product, description, value } = declaration;
  if (!isConfigurationKey(key, product))
    return `is no key of the product: those are "${product}.<name>", lower case, at most 80 characters`;
  if (description.length < 1 || description.length > 500 || !isKept(description)) return 'needs a description of 1 to 500 characters';
  if (value.type === 'string' && value.oneOf?.length === 0) return 'allows no value at all';
  return 'variants' in declaration ? variantsProblem(declaration) : defaultProblem(declaration);
}

function defaultProblem({ value, default: byDefault }: ParameterDeclaration): string | null {
  const reason = misfit(value, byDefault);
  return reason === null ? null : `has a default that does not fit: ${reason}`;
}

function variantsProblem({ value, variants, default: byDefault, off }: FlagDeclaration): string | null {
  const names = Object.keys(variants);
  if (names.length < 1 || names.length > 50) return 'has not 1 to 50 variants';
  for (const name of names) {
    if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
      return `has the variant "${name}", whose name is not 1 to 40 characters of a-z, 0-9 and "-"`;
    const reason = misfit(value, variants[name]);
    if (reason !== null) return `has the variant ${name} that does not fit: ${reason}`;
  }
  for (const name of [byDefault, off]) if (!names.includes(name)) return `names ${name}, which is none of its variants`;
  return null;
}
