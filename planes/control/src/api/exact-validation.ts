import { type TSchema, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import { errors } from '../errors.ts';

/**
 * Checks what a request says against its schema and refuses with CONTROL_INPUT_INVALID, which names the field. Text becomes a number only
 * where that number reads the same again: `5.5`, `0x10` and `true` are no integers.
 */
export const exactValidatorCompiler: FastifySchemaCompiler<TSchema> = (route) => {
  const validate = TypeBoxValidatorCompiler(route);
  return (value: unknown) => {
    // The conversion works in place, and what was asked for is still needed to compare with.
    const result = validate(typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : value) as {
      readonly value?: unknown;
      readonly error?: readonly FastifySchemaValidationError[];
    };
    if (result.error !== undefined) return { error: refusal(result.error) };
    const field = route.httpPart === 'body' ? undefined : changedField(value, result.value);
    if (field !== undefined) return { error: errors.INPUT_INVALID(field, 'it is not written as this field is to be written') };
    return { value: result.value };
  };
};

function refusal(found: readonly FastifySchemaValidationError[]): Error {
  for (const { keyword, params } of found) {
    const unknown: unknown = params.additionalProperties;
    if (keyword === 'additionalProperties' && Array.isArray(unknown)) {
      return errors.INPUT_INVALID(String(unknown[0]).slice(0, 100), 'there is no such field here');
    }
  }
  const [first] = found;
  const field = first?.instancePath.split('/')[1] ?? 'request';
  return errors.INPUT_INVALID(field, first?.message ?? 'it does not fit its schema');
}

function changedField(before: unknown, after: unknown): string | undefined {
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null) return undefined;
  const converted = new Map<string, unknown>(Object.entries(after));
  return Object.entries(before).find(([name, text]) => String(converted.get(name)) !== String(text))?.[0];
}
