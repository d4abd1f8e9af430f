import type { Actor } from '@etis/contracts/context';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { errors } from '../errors.ts';
import type { Outlet, ProductContext } from './handler.ts';

/** What an operation has: the caller's transaction for one tenant, and who asked. The jobs and events that it asks for begin a flow of their own. */
export interface OperationContext extends ProductContext, Outlet {
  readonly actor: Actor;
}

/** Something that people or the platform may ask of a product for one tenant. Input and output are JSON, so a call can cross processes. */
export interface Operation<Input = unknown, Output = unknown> {
  /** Undefined where the operation takes no input. */
  readonly schema: TSchema | undefined;
  /** @throws RUNTIME_INPUT_INVALID naming the first fields that are wrong. */
  parse(input: unknown): Input;
  /** Runs in one transaction: kept when it resolves, as if it had never been called when it rejects. */
  run(input: Input, context: OperationContext): Promise<Output>;
}

/** A product's operations by name, for example `rules.set`. */
export type Operations = Readonly<Record<string, Operation>>;

export type OperationInput<O> = O extends { parse(input: unknown): infer Input } ? Input : never;
export type OperationOutput<O> = O extends { run(input: never, context: OperationContext): Promise<infer Output> } ? Output : never;

/** Defines an operation. `run` only ever sees input that satisfies `schema`; without a schema the operation takes none. */
export function operation<const Schema extends TSchema, Output>(definition: {
  schema: Schema;
  run(input: Static<Schema>, context: OperationContext): Promise<Output>;
}): Operation<Static<Schema>, Output>;
export function operation<Output>(definition: {
  run(input: undefined, context: OperationContext): Promise<Output>;
}): Operation<undefined, Output>;
export function operation(definition: { schema?: TSchema; run(input: never, context: OperationContext): Promise<unknown> }): Operation {
  const { schema } = definition;
  return {
    schema,
    parse: schema === undefined ? parseNothing : parserOf(schema),
    run: (input, context) => definition.run(input as never, context),
  };
}

function parseNothing(input: unknown): undefined {
  if (input !== undefined) throw errors.INPUT_INVALID('this operation takes none');
}

function parserOf(schema: TSchema): (input: unknown) => unknown {
  const validator = Compile(schema);
  return (input) => {
    if (validator.Check(input)) return input;
    const found = validator.Errors(input).slice(0, 3);
    const reasons = found.map((error) => `${error.instancePath.slice(0, 80) || 'the whole'} ${error.message}`);
    throw errors.INPUT_INVALID(reasons.join('; '));
  };
}
