import type { ErrorDetail } from '@etis/kernel';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Value } from 'typebox/value';
import { errors } from '../errors.ts';

/**
 * Checks what a request says against its schema and refuses with CONTROL_INPUT_INVALID, which names every place: a JSON Pointer into the body,
 * or the name of a query field or path parameter. Text becomes a number only where that number reads the same again: `5.5`, `0x10` and `true`
 * are no integers. A schema is compiled when it is first needed, since most operations are not used in the life of a process.
 */
export const exactValidatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let compiled: Validator | undefined;
  const inBody = httpPart === 'body';
  return (value: unknown) => {
    compiled ??= Compile(schema);
    if (compiled.Check(value)) return { value };
    if (inBody) return { error: refusal(compiled.Errors(value) as FastifySchemaValidationError[], inBody) };
    // The conversion works in place, and what was asked for is still needed to compare with.
    const converted: unknown = Value.Convert(schema, copyOf(value));
    if (!compiled.Check(converted)) return { error: refusal(compiled.Errors(converted) as FastifySchemaValidationError[], inBody) };
    const field = changedField(value, converted);
    if (field !== undefined)
      return { error: refused([{ pointer: field, detail: 'it is not written as this field is to be written' }], inBody) };
    return { value: converted };
  };
};

function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? { ...value } : value;
}

function refusal(found: readonly FastifySchemaValidationError[], inBody: boolean): Error {
  const named = found.some(({ keyword }) => keyword === 'additionalProperties');
  const places = found.flatMap((error) => (error.keyword === 'boolean' && named ? [] : placesOf(error)));
  return refused(
    places.map(({ path, detail }) => ({ pointer: pointerOf(path, inBody), detail })),
    inBody,
  );
}

function refused(details: readonly ErrorDetail[], inBody: boolean): Error {
  const { pointer, detail } = details[0] ?? { pointer: '', detail: 'it does not fit its schema' };
  const field = inBody ? pointer.slice(1) || 'body' : pointer;
  return errors.INPUT_INVALID.because({ details: details.length === 0 ? [{ pointer, detail }] : details }, field, detail);
}

interface Place {
  readonly path: readonly string[];
  readonly detail: string;
}

const unknownField = 'there is no such field here';

function placesOf({ keyword, instancePath, params, message }: FastifySchemaValidationError): readonly Place[] {
  const path = instancePath.split('/').slice(1);
  const within = (names: unknown, detail: string): readonly Place[] =>
    Array.isArray(names) ? names.map((name) => ({ path: [...path, escaped(String(name).slice(0, 100))], detail })) : [];
  if (keyword === 'additionalProperties') return within(params.additionalProperties, unknownField);
  if (keyword === 'required') return within(params.requiredProperties, 'it is missing');
  // Said of each field that is not known; the list of them comes last, and only where there are not too many.
  if (keyword === 'boolean') return [{ path: path.map((part) => part.slice(0, 100)), detail: unknownField }];
  return [{ path, detail: message ?? 'it does not fit its schema' }];
}

/** RFC 6901, section 3. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function pointerOf(path: readonly string[], inBody: boolean): string {
  if (inBody) return path.map((part) => `/${part}`).join('');
  return (path[0] ?? 'request').replaceAll('~1', '/').replaceAll('~0', '~');
}

function changedField(before: unknown, after: unknown): string | undefined {
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null) return undefined;
  const converted = new Map<string, unknown>(Object.entries(after));
  return Object.entries(before).find(([name, text]) => String(converted.get(name)) !== String(text))?.[0];
}
