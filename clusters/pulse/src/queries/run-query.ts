import type { Datasets, OperationContext } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { models } from '../model/models.ts';
import { policyOf } from '../policies/policies.ts';
import type { Policy } from '../policies/policy.ts';
import { type CompiledQuery, compileQuery } from './compile-query.ts';
import type { Query } from './query-input.ts';

export interface Answer {
  readonly dataset: string;
  /** The version that was read. */
  readonly version: number;
  /** RFC 3339. */
  readonly madeAt: string;
  readonly columns: readonly string[];
  /** In the order of columns: text, a number, a boolean, or null. */
  readonly rows: readonly (readonly unknown[])[];
}

/** Answers a query by the policy of whoever asks. @throws PULSE_DATASET_UNKNOWN, PULSE_FORBIDDEN, and what `compileQuery` throws */
export async function runQuery(query: Query, context: OperationContext): Promise<Answer> {
  return await answer(context.datasets, query, await policyOf(context));
}

/** @throws PULSE_DATASET_UNKNOWN, and what `compileQuery` throws */
export async function answer(datasets: Datasets, query: Query, policy: Policy): Promise<Answer> {
  const { sql, values, columns } = compiled(query, policy);
  const held = (await datasets.held()).find(({ name }) => name === query.dataset);
  if (held === undefined) throw errors.DATASET_UNKNOWN(query.dataset);
  const rows = await datasets.query(sql, values, { maxRows: 10_000 });
  const { version, madeAt } = held;
  return { dataset: query.dataset, version, madeAt, columns, rows: rows.map((row) => columns.map((column) => row[column])) };
}

/** @throws PULSE_DATASET_UNKNOWN, and what `compileQuery` throws */
export function compiled(query: Query, policy: Policy): CompiledQuery {
  const model = models.get(query.dataset);
  if (model === undefined) throw errors.DATASET_UNKNOWN(query.dataset);
  return compileQuery(model, query, policy);
}
